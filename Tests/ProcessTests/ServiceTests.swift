import Control
import Foundation
import Glibc
import InitialPackets
import Linux
import QUICLB
import TestSupport
import Testing

extension ProcessTests {
    /// The pool as the service of a manager, which outlives the supervisor and keeps what that gives it.
    @Suite struct ServiceTests {
        @Test(.needsDrover, arguments: [true, false])
        func theManagerHearsHowThePoolDoes(isAbstract: Bool) async throws {
            let manager = try StandInManager(isAbstract: isAbstract)
            let pool = try await DroverProcess.start(workers: 2, by: manager)
            let ready = try await manager.message(containing: "READY=1")
            #expect(ready.hasPrefix("READY=1, STATUS=2 of 2 workers active, on \(pool.address), steering "))
            #expect(manager.storedNames == ["drover-0", "drover-1"])
            #expect(manager.messages.lines.contains("FDSTORE=1, FDNAME=drover-1, FDPOLL=0"))

            _ = try await pool.command("resize", "3")
            try await manager.message(containing: "STATUS=3 of 3 workers active")
            try await manager.message(containing: "FDNAME=drover-2")
            let grown = manager.messages.lines.count
            _ = try await pool.command("resize", "1")
            try await manager.message(containing: "STATUS=1 of 1 workers active", after: grown)
            try await pool.waitForStatus("one worker") { status in
                status.slots.count { $0.state != .retired } == 1
            }
            let last = try #require(manager.storedNames.first)
            #expect(manager.storedNames.count == 1)

            let shrunk = manager.messages.lines.count
            try await pool.terminate()
            try await manager.message(containing: "STOPPING=1, STATUS=closing connections", after: shrunk)
            // It knows whether another supervisor follows.
            #expect(manager.storedNames == [last])
        }

        /// Also where it is refused: the manager waits for the end.
        @Test(.needsDrover)
        func theManagerHearsOfReloads() async throws {
            let manager = try StandInManager()
            let directory = try TemporaryDirectory()
            let file = directory.path("keys")
            try File.replace(file, with: Array("me:00112233445566778899aabbccddeeff".utf8), mode: 0o600)
            let pool = try await DroverProcess.start(workers: 1, "--psk-file", file, by: manager)
            for isRefused in [false, true] {
                // Others may read it.
                if isRefused { #expect(chmod(file, 0o644) == 0) }
                let before = manager.messages.lines.count
                pool.send(SIGHUP)
                try await manager.message(containing: "RELOADING=1, MONOTONIC_USEC=", after: before)
                try await manager.message(containing: "READY=1", after: before)
                let refusal = "signal not obeyed"
                if isRefused { try await pool.waitForLines(1, containing: refusal) }
                #expect(pool.output.contains { $0.contains(refusal) } == isRefused)
            }
            try await pool.terminate()
        }

        @Test(.needsDrover)
        func theWatchdogHearsThatTheLoopTurns() async throws {
            let manager = try StandInManager()
            let pool = try await DroverProcess.start(
                workers: 1, launcher: DroverProcess.after("export WATCHDOG_USEC=200000"), by: manager)
            for _ in 0..<3 {
                try await manager.message(containing: "WATCHDOG=1", after: manager.messages.lines.count)
            }
            pool.send(SIGSTOP)
            // Two beats may be on their way.
            let before = manager.messages.lines.count
            await #expect(throws: DeadlineExceeded.self) {
                try await within(.seconds(1), for: "silence") {
                    try await manager.message(containing: "WATCHDOG=1", after: before + 2)
                }
            }
            pool.send(SIGCONT)
            try await manager.message(containing: "WATCHDOG=1", after: before + 2)
            try await pool.terminate()
        }

        @Test(.needsDrover)
        func workersDoNotKnowTheManager() async throws {
            let manager = try StandInManager()
            let pool = try await DroverProcess.start(
                workers: 1, launcher: DroverProcess.after("export LISTEN_FDS=0 WATCHDOG_USEC=60000000"),
                by: manager)
            let ofManager = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS"]
            #expect(try Set(pool.supervisor.environmentNames()).isSuperset(of: ofManager))
            #expect(try Set(pool.workers()[0].environmentNames()).isDisjoint(with: ofManager))
            try await pool.terminate()
        }

        // MARK: The sockets

        /// What came while no supervisor ran is served, and clients of the former workers are told that those are gone.
        @Test(.needsDrover, .needsPython, .needsBPF, arguments: ["ebpf", "forward"])
        func aSupervisorThatWasKilledLeavesItsSocketsToTheNext(steering: String) async throws {
            let manager = try StandInManager()
            var pool = try await DroverProcess.start(workers: 3, "--steering", steering, by: manager)
            // The second successor has what the first was passed, and gave back.
            for _ in 0..<2 {
                let client = try await Self.holder(of: pool, connections: 6)
                try await Self.kill(pool)

                let newcomer = try Newcomer(port: pool.port)
                try newcomer.send()
                let next = try await DroverProcess.start(
                    workers: 3, "--steering", steering, after: pool, by: manager)
                #expect(next.port == pool.port)
                #expect(try newcomer.isAnswered())
                let losses = try await client.events(
                    "lost", as: LossReport.self, count: 6, within: .seconds(30))
                #expect(losses.map(\.reason) == Array(repeating: "stateless_reset", count: 6))
                try client.closeInput()
                #expect(manager.storedNames == ["drover-0", "drover-1", "drover-2"])
                #expect(!next.output.contains { $0.contains("are closed") })
                pool = next
            }
            let client = try PythonClient(
                "rebind.py", port: pool.port,
                ["--connections", "12", "--bytes", "100000", "--rebinds", "3", "--deadline", "30"])
            #expect(try await client.exitStatus(within: .seconds(40)) == .exited(0))
            let counters = try await pool.terminate()
            if steering == "ebpf" { #expect(counters.steered["tuple"] == 0) }
        }

        /// Where the former pool had them set up and steered otherwise.
        @Test(.needsDrover, .needsBPF)
        func storedSocketsAreSetUpAsTheConfigurationSays() async throws {
            let manager = try StandInManager()
            let first = try await DroverProcess.start(workers: 2, "--steering", "ebpf", by: manager)
            try await Self.kill(first)
            let second = try await DroverProcess.start(
                workers: 2, "--steering", "forward", "--receive-buffer", "100000", after: first, by: manager)
            let sockets = try manager.passedDescriptors()
            defer { for socket in sockets { close(socket) } }
            for socket in sockets {
                #expect(try ReuseportGroup.bufferSizes(of: socket).receive == 100_000)
                // There is none that could be detached.
                #expect(throws: Errno.noEntry) { try ReuseportGroup.detachProgram(from: socket) }
            }
            try await second.terminate()
        }

        @Test(.needsDrover)
        func withoutAManagerTheAddressIsFreeWhenASupervisorWasKilled() async throws {
            let pool = try await DroverProcess.start(workers: 3)
            pool.send(SIGKILL)
            #expect(try await pool.exitStatus() == .signaled(SIGKILL))
            try await pool.waitUntilAllEnded()
            _ = try ReservedPort(#require(SocketAddress(pool.address)))
        }

        /// Their clients are told that their connections are gone; then they are free.
        @Test(.needsDrover, .needsPython, .needsBPF)
        func slotsBeyondTheNumberOfWorkersDrain() async throws {
            let manager = try StandInManager()
            let first = try await DroverProcess.start(workers: 4, "--idle-timeout", "3", by: manager)
            let client = try await Self.holder(of: first, connections: 24)
            let slots = try await client.progress().map(\.serverCid.slot)
            #expect(Set(slots) == [0, 1, 2, 3])
            try await Self.kill(first)

            let second = try await DroverProcess.start(
                workers: 2, "--idle-timeout", "3", after: first, by: manager)
            let status = try await second.status()
            #expect(status.slots.count { $0.state == .active } == 2)
            #expect(status.slots.count { $0.state == .draining } == 2)
            let losses = try await client.events("lost", as: LossReport.self, count: 24, within: .seconds(30))
            #expect(losses.map(\.reason) == Array(repeating: "stateless_reset", count: 24))
            try client.closeInput()
            try await second.waitForStatus("free slots") { $0.slots.count { $0.state == .retired } == 2 }
            #expect(manager.storedNames.count == 2)
            try await second.terminate()
        }

        /// What is in use after an upgrade, or when an operator has chosen.
        @Test(.needsDrover)
        func theSlotsThatHadSocketsAreGoneOnWith() async throws {
            let manager = try StandInManager()
            let first = try await DroverProcess.start(workers: 2, by: manager)
            _ = try await first.command("upgrade")
            try await first.waitForStatus("the upgraded pool alone") { status in
                status.slots.map(\.state) == [.retired, .retired, .active, .active]
            }
            for slot in 0...1 {
                try await manager.message(containing: "FDSTOREREMOVE=1, FDNAME=drover-\(slot)")
            }
            #expect(manager.storedNames == ["drover-2", "drover-3"])
            try await Self.kill(first)
            let second = try await DroverProcess.start(workers: 3, after: first, by: manager)
            #expect(second.port == first.port)
            #expect(try await second.status().slots.map(\.state) == [.active, .retired, .active, .active])
            #expect(manager.storedNames == ["drover-0", "drover-2", "drover-3"])
            try await second.terminate()
        }

        /// The address that stays is bound anew, too, which takes that the manager has closed what it kept of it.
        @Test(.needsDrover)
        func otherAddressesAreBoundAnew() async throws {
            let manager = try StandInManager(isSlow: true)
            let first = try await DroverProcess.start(workers: 2, by: manager)
            try await Self.kill(first)
            let second = try await DroverProcess.start(
                workers: 2, listen: [first.address, "127.0.0.2:0"], after: first, by: manager)
            #expect(second.ports.count == 2 && second.port == first.port)
            #expect(manager.storedNames == ["drover-0", "drover-0", "drover-1", "drover-1"])
            try await Self.kill(second)
            // In another order they are the same.
            let third = try await DroverProcess.start(
                workers: 2, listen: ["127.0.0.2:0", "127.0.0.1:0"], after: second, by: manager)
            #expect(third.ports == second.ports.reversed())
            #expect(!third.output.contains { $0.contains("are closed") })
            try await third.terminate()
            manager.forgetAll()
            _ = try ReservedPort(#require(SocketAddress(first.address)))
        }

        @Test(
            .needsDrover,
            arguments: [
                ("LISTEN_FDS=many", "it is no number of descriptors"),
                ("LISTEN_FDS=2 LISTEN_FDNAMES=drover-0", "it has 1 names for 2 descriptors"),
                (
                    "LISTEN_FDS=9000 LISTEN_FDNAMES=\(Array(repeating: "drover-0", count: 9000).joined(separator: ":"))",
                    "EBADF"
                ),
            ])
        func whatNoManagerSetsIsRefused(variables: String, why: String) async throws {
            let directory = try TemporaryDirectory()
            let command =
                DroverProcess.after("export LISTEN_PID=$$ \(variables)")
                + [Executables.drover.path, "serve", "--listen", "127.0.0.1:0", "--dev-cert"]
                + DroverProcess.directories(in: directory)
            let process = try ChildProcess(
                URL(filePath: command[0]), Array(command[1...]), mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(15)) == .exited(78))
            try await process.output.waitForEnd()
            #expect(process.output.lines.count == 1)
            #expect(process.output.lines.first?.contains("LISTEN_FD") == true)
            #expect(process.output.lines.first?.contains(why) == true)
        }

        /// Returns when all connections have sent something and had it back: until a handshake is confirmed, a client repeats
        /// packets of the handshake, which no worker resets (RFC 9002 §6.2.1).
        private static func holder(of pool: DroverProcess, connections: Int) async throws -> PythonClient {
            let client = try PythonClient("hold.py", port: pool.port, ["--connections", "\(connections)"])
            let ready = try await client.event("ready", as: HeldConnections.self, within: .seconds(30))
            try await client.waitForProgress(beyond: ready.connections)
            return client
        }

        /// Kills all of a pool at once: workers that saw the supervisor go would close their connections.
        private static func kill(_ pool: DroverProcess) async throws {
            let workers = try pool.workers()
            pool.send(SIGSTOP)
            workers.forEach { $0.send(SIGKILL) }
            pool.send(SIGKILL)
            #expect(try await pool.exitStatus() == .signaled(SIGKILL))
            try await pool.waitUntilAllEnded()
        }
    }
}

/// A client that sends one packet and never again.
private final class Newcomer {
    private let socket: FileDescriptor
    private let id: [UInt8] = (0..<8).map { _ in .random(in: 0...255) }

    init(port: UInt16) throws {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        socket = FileDescriptor(owning: try syscall { Glibc.socket(AF_INET, type, 0) })
        let rawValue = socket.rawValue
        try syscall { SocketAddress("127.0.0.1:\(port)")!.withSockaddr { connect(rawValue, $0, $1) } }
    }

    func send() throws {
        let packet = InitialPacket.datagram(destination: id)
        _ = try syscall { Glibc.send(socket.rawValue, packet, packet.count, 0) }
    }

    /// Whether an Initial comes for it, within ten seconds.
    func isAnswered() throws -> Bool {
        var event = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        guard try syscall({ poll(&event, 1, 10_000) }) == 1 else { return false }
        var octets = [UInt8](repeating: 0, count: 2048)
        let count = try syscall { recv(socket.rawValue, &octets, octets.count, 0) }
        return InitialPacket.open(Array(octets[..<count]), from: id) != nil
    }
}
