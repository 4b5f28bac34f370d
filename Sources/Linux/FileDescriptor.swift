private import Glibc

/// An open file descriptor, closed when the value ends.
package struct FileDescriptor: ~Copyable {
    package let rawValue: Int32

    /// Takes ownership of `rawValue`, which must be open.
    package init(owning rawValue: Int32) {
        precondition(rawValue >= 0, "not a file descriptor")
        self.rawValue = rawValue
    }

    deinit {
        close(rawValue)
    }

    /// Gives up ownership: the caller closes the descriptor.
    package consuming func release() -> Int32 {
        let rawValue = rawValue
        discard self
        return rawValue
    }
}
