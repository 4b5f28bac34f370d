import Foundation
import Testing

/// What a process test needs of the machine; without it the test is skipped, and says why.
extension Trait where Self == ConditionTrait {
    static var needsDrover: Self {
        .enabled(
            if: Executables.isExecutable(Executables.drover),
            "no program at \(Executables.drover.path): build it for release, or set DROVER_BINARY")
    }

    static var needsH3Echo: Self {
        .enabled(
            if: Executables.isExecutable(Executables.h3Echo),
            "no program at \(Executables.h3Echo.path): build it for release, or set DROVER_H3_ECHO_BINARY")
    }

    static var needsPython: Self {
        .enabled(
            if: Executables.isExecutable(Executables.python),
            "no Python at \(Executables.python.path): run scripts/test, or set DROVER_TEST_PYTHON")
    }

    static var needsGTLSClient: Self {
        .enabled(if: Executables.gtlsclient != nil, "no gtlsclient in PATH: run scripts/install-deps --test")
    }

    /// Steering in the kernel takes CAP_BPF.
    static var needsBPF: Self {
        .enabled(if: mayLoadBPF(), "CAP_BPF is missing, so there is no steering to test")
    }

    private static func mayLoadBPF() -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let line = status.split(separator: "\n").first(where: { $0.hasPrefix("CapEff:") }),
            let effective = UInt64(line.dropFirst("CapEff:".count).drop { $0.isWhitespace }, radix: 16)
        else { return false }
        let bpf: UInt64 = 1 << 39
        return effective & bpf != 0
    }
}
