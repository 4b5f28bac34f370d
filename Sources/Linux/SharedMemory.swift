private import CLinux
private import Glibc

/// Memory that processes share by handing on a descriptor (memfd), mapped while the value lives.
///
/// Its size is sealed: a process that holds the descriptor cannot shrink it, so that access by the others
/// cannot fault.
package struct SharedMemory: ~Copyable {
    /// The mapped octets, zero when made.
    package let bytes: UnsafeMutableRawBufferPointer
    private let fileDescriptor: FileDescriptor

    /// - Parameter name: shown in /proc/PID/maps.
    package init(creating name: String, size: Int) throws(Errno) {
        let descriptor = FileDescriptor(owning: try shim { clinux_memory_create(name, size) })
        try self.init(mapping: descriptor, size: size)
    }

    /// Maps what another process made.
    ///
    /// - Throws: EINVAL where it has not this size, or its maker may still shrink it.
    package init(mapping fileDescriptor: consuming FileDescriptor, size: Int) throws(Errno) {
        let rawValue = fileDescriptor.rawValue
        var information = stat()
        try syscall { fstat(rawValue, &information) }
        guard information.st_size == size, try shim({ clinux_memory_is_sealed(rawValue) }) == 1 else {
            throw .invalidArgument
        }
        let base = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, rawValue, 0)
        guard let base, base != MAP_FAILED else { throw .current }
        bytes = UnsafeMutableRawBufferPointer(start: base, count: size)
        self.fileDescriptor = fileDescriptor
    }

    deinit {
        munmap(bytes.baseAddress, bytes.count)
    }

    /// The descriptor to hand to another process.
    package var rawValue: Int32 { fileDescriptor.rawValue }
}
