import Control
import Foundation
import Glibc
import Linux
import TestSupport
import Testing

extension ProcessTests {
    /// What the pool's processes may do, once they serve.
    @Suite struct PrivilegeTests {
        /// CAP_NET_BIND_SERVICE and CAP_NET_ADMIN, in hexadecimal.
        private static let kept = "0000000000001400"
        private static let none = "0000000000000000"

        @Test(.needsDrover)
        func aWorkerHasNoCapabilityAndAFilter() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            for worker in try pool.workers() {
                for set in ["CapPrm", "CapEff", "CapInh", "CapAmb"] {
                    #expect(try worker.status(set) == Self.none)
                }
                #expect(try worker.status("NoNewPrivs") == "1")
                #expect(try worker.status("Seccomp") == "2")
            }
            try await pool.terminate()
        }

        /// The program is loaded by then, and its maps are changed by descriptors.
        @Test(.needsDrover, .needsPython, .needsBPF)
        func theSupervisorGivesUpWhatLoadsPrograms() async throws {
            let pool = try await DroverProcess.start(workers: 2, "--steering", "ebpf")
            let permitted = try #require(UInt64(pool.supervisor.status("CapPrm"), radix: 16))
            #expect(permitted & (1 << 38 | 1 << 39) == 0)
            _ = try await pool.command("resize", "3")
            try await pool.waitForStatus("three workers") { $0.slots.count { $0.state == .active } == 3 }
            let client = try PythonClient(
                "rebind.py", port: pool.port,
                ["--connections", "12", "--bytes", "100000", "--rebinds", "3", "--deadline", "30"])
            #expect(try await client.exitStatus(within: .seconds(40)) == .exited(0))
            try await pool.terminate()
        }

        private struct Attempts: Decodable {
            let execve, ptrace, bpf, setuid, unix, inet, inet6: Int32
        }

        @Test(.needsH3Echo, .needsVisitor, arguments: [true, false])
        func aHandlerIsRefusedWhatNoWorkerDoes(makesConnections: Bool) async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 1, makesConnections: makesConnections)
            let visit = try await Visitor.visit(
                port: pool.port, "--alpn", "trespass", "--steps", "read,read")[0]
            let attempts = try JSONDecoder().decode(Attempts.self, from: Data(try #require(visit.text).utf8))
            for attempt in [attempts.execve, attempts.ptrace, attempts.bpf, attempts.setuid] {
                #expect(attempt == EPERM)
            }
            #expect(attempts.unix == 0)
            #expect(attempts.inet == (makesConnections ? 0 : EPERM))
            #expect((attempts.inet6 == EPERM) == !makesConnections)
            try await pool.terminate()
        }

        // MARK: --user

        @Test(.needsDrover, .needsPython, .needsRoot, .needsBPF)
        func rootBecomesTheUserBeforeItBinds() async throws {
            let user = try #require(try UserAccount(named: "nobody", group: "daemon"))
            let directory = try TemporaryDirectory()
            let (certificate, key) = (directory.path("cert.pem"), directory.path("key.pem"))
            let maker = try ChildProcess(
                Executables.python,
                [
                    Executables.clients.appending(path: "make_certificate.py").path, "--cert", certificate,
                    "--key", key,
                ])
            #expect(try await maker.exitStatus(within: .seconds(20)) == .exited(0))
            // Root's alone.
            #expect(chmod(key, 0o600) == 0)
            let options = [
                "--user", "nobody:daemon", "--steering", "ebpf", "--cert", certificate, "--key", key,
            ]
            let low = try Self.lowPort()
            let first = try await DroverProcess.start(
                workers: 1, options: options, isCertificateGiven: true, listen: ["127.0.0.1:\(low)"])
            // Its socket has to be the same user's as the first, and the port takes a capability.
            _ = try await first.command("resize", "2")
            try await first.waitForStatus("two workers") { $0.slots.count { $0.state == .active } == 2 }
            for process in try [first.supervisor] + first.workers() {
                let ids = Array(repeating: "\(user.userID)", count: 4).joined(separator: "\t")
                #expect(try process.status("Uid") == ids)
                #expect(
                    try process.status("Gid")
                        == Array(repeating: "\(user.groupID)", count: 4).joined(separator: "\t"))
                #expect(try process.status("NoNewPrivs") == "1")
            }
            for set in ["CapPrm", "CapEff", "CapAmb"] {
                #expect(try first.supervisor.status(set) == Self.kept)
            }
            for worker in try first.workers() { #expect(try worker.status("CapPrm") == Self.none) }
            try await Self.transfer(first)
            try await first.terminate()
            // Again, with directories that are the user's by now.
            let second = try await DroverProcess.start(
                workers: 1, options: options, isCertificateGiven: true, after: first)
            try await Self.transfer(second)
            try await second.terminate()
        }

        /// The next program is the user's from its start, and steers by what the former one had loaded.
        @Test(.needsDrover, .needsPython, .needsRoot, .needsBPF)
        func anUpgradeGoesOnAsTheUser() async throws {
            let pool = try await DroverProcess.start(
                workers: 2, "--user", "nobody", "--steering", "ebpf", isKeyGiven: false)
            _ = try await pool.command("reload")
            _ = try await pool.command("upgrade")
            try await pool.waitForStatus("two new workers alone") { status in
                status.slots.map(\.state) == [.retired, .retired, .active, .active]
            }
            for set in ["CapPrm", "CapEff", "CapAmb"] {
                #expect(try pool.supervisor.status(set) == Self.kept)
            }
            let client = try PythonClient(
                "rebind.py", port: pool.port,
                ["--connections", "12", "--bytes", "100000", "--rebinds", "3", "--deadline", "30"])
            #expect(try await client.exitStatus(within: .seconds(40)) == .exited(0))
            #expect(try await pool.terminate().steered["tuple"] == 0)
        }

        @Test(.needsDrover, .needsRoot)
        func aUserThatNobodyKnowsIsAConfigurationError() async throws {
            try await expectFailure(
                ["--user", "nobody-of-the-name"], status: 78, naming: "--user nobody-of-the-name")
            try await expectFailure(
                ["--user", "nobody:nogroup-of-the-name"], status: 78, naming: "no such group")
        }

        @Test(.needsDrover, .needsRoot)
        func onlyRootBecomesAnotherUser() async throws {
            let directory = try TemporaryDirectory()
            // Where anybody may execute it.
            let program = directory.path("drover")
            try FileManager.default.copyItem(atPath: Executables.drover.path, toPath: program)
            let setpriv = Executables.setpriv?.path ?? "setpriv"
            try await expectFailure(
                ["--user", "daemon"], status: 77, naming: "only root can become another user",
                program: program,
                launcher: [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"])
        }

        /// What is in it may not be drover's.
        @Test(.needsDrover, .needsRoot)
        func aDirectoryOfRootsWithSomethingInItIsNamed() async throws {
            let directory = try TemporaryDirectory()
            let state = directory.path("state")
            try Directory.make(state)
            try File.replace("\(state)/secrets.json", with: [1], mode: 0o600)
            try await expectFailure(
                ["--user", "nobody", "--state-dir", state], status: 77, naming: "chown -R nobody \(state)")
        }

        private func expectFailure(
            _ arguments: [String], status: Int32, naming cause: String,
            program: String = Executables.drover.path, launcher: [String] = []
        ) async throws {
            let directory = try TemporaryDirectory()
            let command =
                launcher + [program, "serve", "--listen", "127.0.0.1:0", "--dev-cert"]
                + DroverProcess.directories(in: directory) + arguments
            let process = try ChildProcess(
                URL(filePath: command[0]), Array(command[1...]), mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(15)) == .exited(status))
            try await process.output.waitForEnd()
            #expect(process.output.lines.count == 1)
            #expect(process.output.lines.first?.contains(cause) == true, "\(process.output.lines)")
        }

        private static func transfer(_ pool: DroverProcess) async throws {
            let client = try PythonClient(
                "echo_transfer.py", port: pool.port,
                ["--connections", "8", "--concurrency", "8", "--bytes", "10000"])
            #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0))
        }

        /// One that is free, of those that take CAP_NET_BIND_SERVICE.
        private static func lowPort() throws -> UInt16 {
            for port in (512...1023 as ClosedRange<UInt16>).shuffled() {
                if (try? ReservedPort(SocketAddress("127.0.0.1:\(port)")!)) != nil { return port }
            }
            throw Errno.addressInUse
        }
    }
}
