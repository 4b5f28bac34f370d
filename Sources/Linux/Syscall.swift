/// Runs a system call, again when a signal interrupts it, and throws `errno` when it returns -1.
@discardableResult
package func syscall<Result: FixedWidthInteger & SignedInteger>(
    _ body: () -> Result
) throws(Errno) -> Result {
    while true {
        let result = body()
        if result != -1 { return result }
        let error = Errno.current
        if error != .interrupted { throw error }
    }
}

/// As `syscall`, but the answer is nil where the call would have had to wait (EAGAIN is a value).
package func nonBlockingSyscall<Result: FixedWidthInteger & SignedInteger>(
    _ body: () -> Result
) throws(Errno) -> Result? {
    while true {
        let result = body()
        if result != -1 { return result }
        let error = Errno.current
        if error == .wouldBlock { return nil }
        if error != .interrupted { throw error }
    }
}
