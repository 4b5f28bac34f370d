internal import COpenSSL

/// The calling thread's queue of OpenSSL errors.
enum OpenSSLErrorQueue {
    /// The oldest error, which is the cause of the others, as text. Empties the queue.
    static func drain() -> String {
        defer { ERR_clear_error() }
        return text(of: ERR_peek_error())
    }

    static func text(of error: UInt) -> String {
        guard error != 0 else { return "OpenSSL gives no reason" }
        let library = ERR_lib_error_string(error).map { String(cString: $0) } ?? "OpenSSL"
        let reason = ERR_reason_error_string(error).map { String(cString: $0) } ?? "error \(error)"
        return "\(reason) (\(library))"
    }
}
