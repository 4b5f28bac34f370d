internal import Glibc

/// The address of a Unix socket as the kernel takes it.
struct UnixAddress {
    private var address = sockaddr_un()
    private var length = MemoryLayout<sockaddr_un>.size

    /// - Throws: ENAMETOOLONG where the path has more than 107 octets.
    init(_ path: String) throws(Errno) {
        address.sun_family = sa_family_t(AF_UNIX)
        // The path ends with a NUL.
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { throw .nameTooLong }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    }

    /// A name that is in no file system (unix(7)).
    ///
    /// - Throws: ENAMETOOLONG where it has more than 107 octets.
    init(abstract name: String) throws(Errno) {
        address.sun_family = sa_family_t(AF_UNIX)
        // The name begins with a NUL, and ends where the length says.
        let start = MemoryLayout.offset(of: \sockaddr_un.sun_path)! + 1
        length = start + name.utf8.count
        guard length <= MemoryLayout<sockaddr_un>.size else { throw .nameTooLong }
        withUnsafeMutableBytes(of: &address) { $0[start...].copyBytes(from: name.utf8) }
    }

    func withSockaddr(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        withUnsafeBytes(of: address) {
            body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t(length))
        }
    }

    /// Binds a socket to `path`, open to this user alone. What was left there is removed.
    static func bind(_ socket: borrowing FileDescriptor, to path: String) throws(Errno) {
        let rawValue = socket.rawValue
        let address = try UnixAddress(path)
        do throws(Errno) {
            try syscall { unlink(path) }
        } catch .noEntry {
        }
        // The file gets the mode that the socket has when it is bound: at no moment is it open to others.
        try syscall { fchmod(rawValue, 0o600) }
        try syscall { address.withSockaddr { Glibc.bind(rawValue, $0, $1) } }
    }
}
