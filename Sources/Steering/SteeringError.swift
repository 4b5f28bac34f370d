package import Linux

/// Why steering in the kernel did not do what was asked.
package struct SteeringError: Error, Sendable {
    /// What kind of failure it is. More may come.
    package struct Code: Hashable, Sendable {
        private let name: String

        /// The program could not be loaded. `log` has the verifier's words.
        package static let load = Code(name: "load")
        /// A map could not be read or written.
        package static let map = Code(name: "map")
        /// The socket is not one of its address's group, or is in the map already.
        package static let socket = Code(name: "socket")
        /// The program could not be attached to, or detached from, a socket's group.
        package static let attach = Code(name: "attach")
        /// The kernel cannot say when a change is seen by all.
        package static let settle = Code(name: "settle")
        /// The kernel gave no run statistics.
        package static let statistics = Code(name: "statistics")
    }

    package let code: Code
    /// What was tried, and on what.
    package let attempt: String
    /// What the system call failed with, where one did.
    package let underlying: Errno?
    /// Why it failed or what to do about it, where that is known.
    package let detail: String?
    /// All that libbpf and the kernel's verifier said, or nothing.
    package let log: String

    init(_ code: Code, _ attempt: String, _ underlying: Errno? = nil, detail: String? = nil, log: String = "")
    {
        self.code = code
        self.attempt = attempt
        self.underlying = underlying
        self.detail = detail
        self.log = log
    }

    /// Whether a privilege is missing. EACCES is not that: it is the verifier's word for a program that is not safe.
    package var isPermission: Bool { underlying == .notPermitted }

    /// A failure to load the program, with what libbpf and the verifier said of it.
    package static func load(_ underlying: Errno, log: String) -> SteeringError {
        SteeringError(
            .load, "load steer.bpf.o", underlying,
            detail: underlying == .notPermitted ? "needs CAP_BPF" : SteeringLog(log).lastLine,
            log: log)
    }
}

extension SteeringError: CustomStringConvertible {
    package var description: String { "steering: \(attempt): \(reason)" }

    /// Why, without what.
    package var reason: String {
        [underlying?.description, detail].compactMap(\.self).joined(separator: "; ")
    }
}
