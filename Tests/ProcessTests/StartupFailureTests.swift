import Foundation
import Glibc
import Testing

extension ProcessTests {
    /// A pool that cannot start says in a line what is wrong, with the status that scripts go by, and
    /// leaves nothing running.
    @Suite struct StartupFailureTests {
        /// sysexits.h: EX_USAGE, EX_CONFIG.
        private static let usage: Int32 = 64
        private static let configuration: Int32 = 78

        @Test(
            .needsDrover,
            arguments: [
                ["--no-such-option"], ["--workers", "none"], ["--workers", "0"], ["--workers", "257"],
                ["--listen", "nowhere"], ["--listen", "127.0.0.1:65536"], ["--host-id", "xyz"],
                ["--steering", "magic"],
            ])
        func badFlagIsAUsageError(flags: [String]) async throws {
            let directory = try TemporaryDirectory()
            let common = ["--dev-cert"] + DroverProcess.directories(in: directory)
            try await expectFailure(common + flags, status: Self.usage, naming: flags[0])
        }

        @Test(.needsDrover)
        func unreadableCertificateIsNamed() async throws {
            let directory = try TemporaryDirectory()
            let missing = directory.path("missing.pem")
            try await expectFailure(
                ["--cert", missing, "--key", missing] + DroverProcess.directories(in: directory),
                status: Self.configuration, naming: missing)
        }

        @Test(.needsDrover, .needsPython)
        func keyOfAnotherCertificateIsRefused() async throws {
            let directory = try TemporaryDirectory()
            for name in ["one", "other"] { try await makeCertificate(named: name, in: directory) }
            let key = directory.path("other.key.pem")
            try await expectFailure(
                ["--cert", directory.path("one.cert.pem"), "--key", key]
                    + DroverProcess.directories(in: directory),
                status: Self.configuration, naming: key)
        }

        @Test(.needsDrover, arguments: [false, true])
        func portOfAnotherProgramIsRefused(sharesPort: Bool) async throws {
            let occupied = try OccupiedPort(sharesPort: sharesPort)
            let directory = try TemporaryDirectory()
            let address = "127.0.0.1:\(occupied.port)"
            try await expectFailure(
                ["--dev-cert", "--listen", address] + DroverProcess.directories(in: directory),
                status: Self.configuration, naming: address)
        }

        @Test(.needsDrover)
        func secondSupervisorInARunDirectoryIsRefused() async throws {
            let first = try await DroverProcess.start(workers: 1)
            let directory = try TemporaryDirectory()
            try await expectFailure(
                ["--dev-cert", "--run-dir", first.runDirectory, "--state-dir", directory.path("state")],
                status: Self.configuration, naming: first.runDirectory)
            try await first.terminate()
        }

        @Test(.needsDrover)
        func secondSupervisorOnAnAddressIsRefused() async throws {
            let first = try await DroverProcess.start(workers: 1)
            let directory = try TemporaryDirectory()
            try await expectFailure(
                ["--dev-cert", "--listen", first.address] + DroverProcess.directories(in: directory),
                status: Self.configuration, naming: first.address)
            try await first.terminate()
        }

        /// A free port comes first, so that an option under test may override it.
        private func expectFailure(_ arguments: [String], status: Int32, naming cause: String) async throws {
            let process = try ChildProcess(
                Executables.drover, ["serve", "--listen", "127.0.0.1:0", "--workers", "2"] + arguments,
                mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(15)) == .exited(status))
            try await within(.seconds(5), for: "end of everything it started") { [output = process.output] in
                try await output.waitForEnd()
            }
            let output = process.output.lines
            #expect(output.contains { $0.contains(cause) }, "\(output.joined(separator: "\n"))")
            #expect(!output.contains { $0.contains(/\bready\b/) })
        }

        private func makeCertificate(named name: String, in directory: TemporaryDirectory) async throws {
            let script = Executables.clients.appending(path: "make_certificate.py").path
            let certificate = directory.path("\(name).cert.pem")
            let key = directory.path("\(name).key.pem")
            let process = try ChildProcess(
                Executables.python, [script, "--cert", certificate, "--key", key])
            #expect(try await process.exitStatus(within: .seconds(20)) == .exited(0))
        }
    }
}
