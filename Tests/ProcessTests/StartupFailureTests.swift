import Control
import Foundation
import Glibc
import TestSupport
import Testing

extension ProcessTests {
    /// A pool that cannot start says in a line what is wrong, with the status that scripts go by, and
    /// leaves nothing running.
    @Suite struct StartupFailureTests {
        /// sysexits.h: EX_USAGE, EX_NOPERM, EX_CONFIG.
        private static let usage: Int32 = 64
        private static let permission: Int32 = 77
        private static let configuration: Int32 = 78

        @Test(
            .needsDrover,
            arguments: [
                ["--no-such-option"], ["--workers", "none"], ["--workers", "0"], ["--workers", "257"],
                ["--listen", "nowhere"], ["--listen", "127.0.0.1:65536"], ["--host-id", "xyz"],
                ["--steering", "magic"], ["--run-dir", ""], ["--state-dir", ""], ["--alpn", ""],
                ["--log-format", "xml"], ["--log-level", "loud"],
                (0..<600).flatMap { ["--alpn", "protocol-\($0)"] },
            ])
        func badFlagIsAUsageError(flags: [String]) async throws {
            try await expectFailure(flags, status: Self.usage, naming: flags[0])
        }

        @Test(
            .needsDrover,
            arguments: [
                ["127.0.0.1:4433", "127.0.0.1:4433"], ["127.0.0.1:4433", "0.0.0.0:4433"],
                ["[::]:4433", "[::1]:4433"],
            ])
        func addressesThatOverlapAreNamed(addresses: [String]) async throws {
            try await expectFailure(
                addresses.flatMap { ["--listen", $0] },
                status: Self.usage, naming: "--listen \(addresses[0]) and --listen \(addresses[1])")
        }

        @Test(
            .needsDrover, arguments: ["--listen", "--preferred-address"],
            ["[::ffff:127.0.0.1]:4433", "[fe80::1]:4433"])
        func addressThatCannotBeServedIsNamed(option: String, address: String) async throws {
            try await expectFailure(
                [option, address], status: Self.configuration, naming: "\(option) \(address)")
        }

        /// By the option that gave it.
        @Test(.needsDrover)
        func preferredAddressThatIsTakenIsNamed() async throws {
            let own = "127.0.0.1:4433"
            try await expectFailure(
                ["--listen", own, "--preferred-address", own],
                status: Self.usage, naming: "--listen \(own) and --preferred-address \(own)")
            let occupied = try OccupiedPort(sharesPort: false)
            try await expectFailure(
                ["--preferred-address", "127.0.0.1:\(occupied.port)"],
                status: Self.configuration, naming: "or choose another --preferred-address")
        }

        @Test(.needsDrover)
        func limitOfDescriptorsIsNamed() async throws {
            try await expectFailure(
                ["--workers", "40"],
                status: Self.configuration, naming: "file descriptors, the limit is 100",
                launcher: DroverProcess.after("ulimit -n 100"))
        }

        @Test(.needsDrover)
        func softLimitOfDescriptorsIsRaised() async throws {
            let pool = try await DroverProcess.start(
                workers: 8, launcher: DroverProcess.after("ulimit -S -n 24"))
            try await pool.terminate()
        }

        /// Not even the lock or the event loop gets the number of a standard stream.
        @Test(.needsDrover)
        func missingStandardDescriptorsAreFilled() async throws {
            let pool = try await DroverProcess.start(
                workers: 1, launcher: DroverProcess.after("exec 0<&- 2>&-"))
            for process in try [pool.supervisor] + pool.workers() {
                for descriptor: Int32 in [0, 2] {
                    #expect(try process.target(ofDescriptor: descriptor) == "/dev/null")
                }
            }
            pool.send(SIGTERM)
            #expect(try await pool.exitStatus() == .exited(0))
        }

        @Test(.needsDrover, .needsRoot)
        func certificateOfAnotherUserIsNamed() async throws {
            let directory = try TemporaryDirectory()
            let path = directory.path("cert.pem")
            try Data("secret".utf8).write(to: URL(filePath: path))
            #expect(chmod(path, 0o600) == 0 && chown(path, 1, 1) == 0)
            try await expectFailure(
                ["--cert", path, "--key", path],
                status: Self.permission, naming: path,
                launcher: DroverProcess.without("dac_override", "dac_read_search"))
        }

        @Test(.needsDrover, .needsRoot)
        func lowPortWithoutItsCapabilityIsRefused() async throws {
            try await expectFailure(
                ["--listen", "127.0.0.1:1"],
                status: Self.permission, naming: "CAP_NET_BIND_SERVICE",
                launcher: DroverProcess.without("net_bind_service"))
        }

        @Test(.needsDrover, .needsRoot)
        func steeringWithoutItsCapabilityIsRefused() async throws {
            try await expectFailure(
                ["--steering", "ebpf"],
                status: Self.permission, naming: "needs CAP_BPF",
                launcher: DroverProcess.without("bpf", "sys_admin"))
        }

        /// CAP_BPF alone is enough for the kernel to decrypt connection IDs, by the slower form of the program.
        @Test(.needsDrover, .needsPython, .needsRoot)
        func withoutOneCapabilityTheSlowerProgramIsTaken() async throws {
            let best = try await DroverProcess.start(workers: 1, "--steering", "ebpf")
            #expect(try await best.status().steering == "ebpf inline")
            try await best.terminate()

            let pool = try await DroverProcess.start(
                workers: 2, "--steering", "ebpf", launcher: DroverProcess.without("perfmon", "sys_admin"))
            #expect(try await pool.status().steering == "ebpf calls")
            #expect(pool.output.count { $0.contains("without CAP_PERFMON") } == 1)
            let client = try PythonClient(
                "rebind.py", port: pool.port,
                ["--connections", "10", "--bytes", "100000", "--rebinds", "3", "--deadline", "30"])
            #expect(try await client.exitStatus(within: .seconds(40)) == .exited(0))
            let steered = try await pool.terminate().steered
            #expect(steered["server-id", default: 0] > 10 * 100_000 / 1500)
            #expect(steered["tuple"] == 0)
        }

        /// Unless it must be the kernel that steers.
        @Test(.needsDrover, .needsPython, .needsRoot)
        func withoutTheCapabilityThePoolSaysSoAndServes() async throws {
            let pool = try await DroverProcess.start(
                workers: 2, "--steering", "auto", launcher: DroverProcess.without("bpf", "sys_admin"))
            let complaints = pool.output.filter { $0.contains("needs CAP_BPF") }
            #expect(complaints.count == 1)
            #expect(complaints.first?.contains("workers forward packets") == true)
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "4", "--concurrency", "4", "--bytes", "1000"])
            #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0))
            try await pool.terminate()
        }

        @Test(.needsDrover)
        func missingCertificateIsNamed() async throws {
            let directory = try TemporaryDirectory()
            let missing = directory.path("missing.pem")
            try await expectFailure(
                ["--cert", missing, "--key", missing],
                status: Self.configuration, naming: missing)
        }

        @Test(.needsDrover, .needsPython)
        func keyOfAnotherCertificateIsRefused() async throws {
            let directory = try TemporaryDirectory()
            for name in ["one", "other"] { try await makeCertificate(named: name, in: directory) }
            let key = directory.path("other.key.pem")
            try await expectFailure(
                ["--cert", directory.path("one.cert.pem"), "--key", key],
                status: Self.configuration, naming: key)
        }

        @Test(.needsDrover, arguments: [false, true])
        func portOfAnotherProgramIsRefused(sharesPort: Bool) async throws {
            let occupied = try OccupiedPort(sharesPort: sharesPort)
            let address = "127.0.0.1:\(occupied.port)"
            try await expectFailure(
                ["--listen", address],
                status: Self.configuration, naming: address)
        }

        @Test(.needsDrover)
        func secondSupervisorInARunDirectoryIsRefused() async throws {
            let first = try await DroverProcess.start(workers: 1)
            let directory = try TemporaryDirectory()
            try await expectFailure(
                ["--run-dir", first.runDirectory, "--state-dir", directory.path("state")],
                status: Self.configuration, naming: first.runDirectory)
            try await first.terminate()
        }

        @Test(.needsDrover)
        func secondSupervisorOnAnAddressIsRefused() async throws {
            let first = try await DroverProcess.start(workers: 1)
            try await expectFailure(
                ["--listen", first.address],
                status: Self.configuration, naming: first.address)
            try await first.terminate()
        }

        /// A free port, the development certificate and directories come first, so that options under test may
        /// override them.
        private func expectFailure(
            _ arguments: [String], status: Int32, naming cause: String, launcher: [String] = []
        ) async throws {
            let directory = try TemporaryDirectory()
            let certificate = arguments.contains("--cert") ? [] : ["--dev-cert"]
            let command =
                launcher + [Executables.drover.path, "serve", "--listen", "127.0.0.1:0", "--workers", "2"]
                + certificate + DroverProcess.directories(in: directory) + arguments
            let process = try ChildProcess(
                URL(filePath: command[0]), Array(command[1...]), mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(15)) == .exited(status))
            try await within(.seconds(5), for: "end of everything it started") { [output = process.output] in
                try await output.waitForEnd()
            }
            let output = process.output.lines
            #expect(output.count == 1, "\(output.joined(separator: "\n"))")
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
