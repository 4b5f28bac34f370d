private import CLibBPFShims
private import Glibc

/// What libbpf and the verifier say while a program is loaded.
struct SteeringLog {
    let text: String

    init(_ text: String) {
        self.text = text
    }

    /// The line that says why: the verifier's last before its statistics, or else libbpf's last.
    var lastLine: String? {
        let lines = text.split(separator: "\n")
        let verifier = lines.last { line in
            !["libbpf: ", "-- END ", "processed "].contains { line.hasPrefix($0) }
        }
        return (verifier ?? lines.last).map(String.init)
    }

    /// Calls `body`, and returns its result with what libbpf said meanwhile on this thread.
    static func capturing<Result>(_ body: () -> Result) -> (Result, SteeringLog) {
        clibbpf_log_begin()
        let result = body()
        guard let text = clibbpf_log_end() else { return (result, SteeringLog("")) }
        defer { free(text) }
        return (result, SteeringLog(String(cString: text)))
    }
}
