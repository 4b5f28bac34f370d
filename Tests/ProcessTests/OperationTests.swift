import Control
import Foundation
import Glibc
import TestSupport
import Testing

extension ProcessTests {
    /// What operators do to a pool, as clients that others wrote see it.
    @Suite struct OperationTests {
        private let directory = try! TemporaryDirectory()

        private struct Ready: Decodable {}

        private struct Goodbye: Decodable {
            let frame: String
            let answered: Bool
        }

        private func hold(_ pool: DroverProcess, _ count: Int) async throws -> (
            PythonClient, [HeldConnection]
        ) {
            let holder = try PythonClient("hold.py", port: pool.port, ["--connections", "\(count)"])
            let ready = try await holder.event("ready", as: HeldConnections.self, within: .seconds(40))
            return (holder, ready.connections)
        }

        /// All of `connections` have gone on, and come to their end well.
        private func expectAllAlive(_ holder: PythonClient) async throws {
            try await holder.waitForProgress(beyond: try await holder.progress())
            #expect(try holder.events("lost", as: LossReport.self).isEmpty)
            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
        }

        // MARK: Reload

        @Test(.needsDrover, .needsPython)
        func aReloadChangesTheCertificateAndNotConnections() async throws {
            let files = try await CertificateFiles("before", in: directory)
            let pool = try await DroverProcess.start(
                workers: 2, options: files.options, isCertificateGiven: true)
            let (holder, _) = try await hold(pool, 20)
            #expect(try await PythonClient.visit(pool)[0].certificateName == "before")
            let new = try await CertificateFiles("after", in: directory)
            for (from, to) in [(new.certificate, files.certificate), (new.key, files.key)] {
                try #require(rename(from, to) == 0)
            }
            for _ in 0..<20 { try await pool.command("reload") }
            for _ in 0..<4 {
                // In whichever worker; what is resumed shows none.
                let visits = try await PythonClient.visit(pool, "--visits", "2")
                #expect(visits.allSatisfy(\.ok) && visits[0].certificateName == "after")
            }
            try await expectAllAlive(holder)
            try await pool.terminate()
        }

        @Test(.needsDrover, .needsPython)
        func aBadConfigurationIsRefusedWhole() async throws {
            let files = try await CertificateFiles("good", in: directory)
            let pool = try await DroverProcess.start(
                workers: 1, options: files.options, isCertificateGiven: true)
            try Data("no certificate".utf8).write(to: URL(filePath: files.certificate))
            let refusal = try await pool.refusal("reload")
            #expect(refusal.status == 78 && refusal.error.contains(files.certificate))
            pool.send(SIGHUP)
            try await pool.waitForLines(1, containing: "signal not obeyed")
            let visits = try await PythonClient.visit(pool)
            #expect(visits[0].ok && visits[0].certificateName == "good")
            try await pool.terminate()
        }

        // MARK: Upgrade

        /// Connections go on where they are, new ones come to the new program's workers.
        @Test(.needsDrover, .needsPython, .needsBPF, arguments: ["ebpf", "forward"])
        func anUpgradeKeepsConnections(steering: String) async throws {
            let pool = try await DroverProcess.start(workers: 2, "--steering", steering)
            let (holder, before) = try await hold(pool, 30)
            let binary = directory.path("drover")
            try FileManager.default.copyItem(at: Executables.drover, to: URL(filePath: binary))
            try await pool.command("upgrade", "--binary", binary)
            #expect(pool.supervisor.executable == binary)
            let visits = try await PythonClient.visit(pool, "--visits", "6")
            #expect(visits.allSatisfy { $0.ok && [2, 3].contains($0.serverCid.slot) })
            try await pool.command("upgrade")
            #expect(Set(before.compactMap(\.serverCid.slot)).isSubset(of: [0, 1]))
            try await expectAllAlive(holder)
            // And the slots of before are free.
            try await pool.waitForStatus("retired slots") { status in
                status.slots.allSatisfy { $0.state == ($0.slot < 4 ? .retired : .active) }
            }
            try await pool.terminate()
        }

        // MARK: Draining

        /// The clients of a worker that crashes while its slot drains learn of it, too.
        @Test(.needsDrover, .needsPython, .needsBPF)
        func aWorkerThatCrashesWhileItDrainsHasASuccessorThatSaysSo() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let (holder, before) = try await hold(pool, 20)
            let expected = Set(before.filter { $0.serverCid.slot == 1 }.map(\.index))
            try await pool.command("drain", "1")
            let victim = try #require(try await pool.status().slots[1].pid)
            kill(victim, SIGKILL)
            let losses = try await holder.events(
                "lost", as: LossReport.self, count: expected.count, within: .seconds(10))
            #expect(losses.allSatisfy { $0.reason == "stateless_reset" })
            #expect(Set(losses.map(\.index)) == expected)
            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            try await pool.terminate()
        }

        @Test(.needsH3Echo, .needsPython)
        func clientsAreToldThatAWorkerDrains() async throws {
            let pool = try await DroverProcess.startH3Echo(workers: 1)
            let client = try PythonClient("go_away.py", port: pool.port, [])
            _ = try await client.event("ready", as: Ready.self, within: .seconds(30))
            try await pool.command("restart", "0")
            let goodbye = try await client.event("gone_away", as: Goodbye.self, within: .seconds(30))
            #expect(goodbye.frame == "0708fffffffffffffffc" && goodbye.answered)
            #expect(try await client.exitStatus(within: .seconds(10)) == .exited(0))
            try await pool.terminate()
        }

        // MARK: Single connections

        @Test(.needsDrover, .needsPython)
        func connectionsAreListedAndClosed() async throws {
            let pool = try await DroverProcess.start(workers: 2)
            let (holder, before) = try await hold(pool, 150)
            let list = try await pool.connections()
            #expect(list.count == 150)
            let ids = Set(list.flatMap(\.connectionIDs))
            #expect(before.allSatisfy { ids.contains($0.serverCid.hexadecimal) })
            #expect(list.allSatisfy { $0.state == "established" && $0.applicationProtocol == "echo" })
            #expect(try await pool.connections("--slot", "1").count < 150)
            #expect(try await pool.connections("--peer", "127.0.0.2").isEmpty)
            #expect(try await pool.connections("--peer", "127.0.0.1").count == 150)

            let table = try await pool.command("connections", "--slot", "0").split(separator: "\n")
            let name = try #require(table[1].split(separator: " ").first.map(String.init))
            try await pool.command("close", name, "--code", "77", "--reason", "enough")
            let loss = try await holder.event("lost", as: LossReport.self, within: .seconds(10))
            #expect(loss.reason == "closed" && loss.code == 77)
            #expect(try await pool.refusal("close", name).status == 64)
            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            try await pool.terminate()
        }
    }
}

extension DroverProcess {
    /// What `drover connections` lists, with these options.
    fileprivate func connections(_ options: String...) async throws -> [ConnectionSummary] {
        let output = try await command(["connections", "--json"] + options)
        return try output.split(separator: "\n").flatMap { line in
            let answer = try JSONDecoder().decode(ControlAnswer.self, from: Data(line.utf8))
            guard case .connections(let list) = answer else { throw NotReady(output: [output]) }
            return list.connections
        }
    }
}
