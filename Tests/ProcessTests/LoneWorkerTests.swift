import Control
import Linux
import QUICLB
import TestSupport
import Testing

extension ProcessTests {
    /// What a worker does for its supervisor, without one.
    @Suite struct LoneWorkerTests {
        private let slots = [Slot(rawValue: 0), Slot(rawValue: 1)]

        @Test(.needsDrover)
        func itTellsOfConfigurationsAndOfTheEndOfItsConnections() throws {
            let pool = try LoneWorker.Pool(active: [slots[0]])
            let configurations = try (0..<3).map { try LoneWorker.plaintext($0) }
            let worker = try LoneWorker(slots[0], of: pool, configurations: Array(configurations[..<2]))
            #expect(try worker.next() == .unused(configurations[0].id))
            try worker.send(.drop(configurations[0].id))
            try worker.send(.rotate(configurations[2], .empty))
            #expect(try worker.next() == .unused(configurations[1].id))
            try worker.send(.nonces(configurations[2].id, NonceRange(first: 0, count: 5)))
            try worker.send(.place(active: []))
            try worker.send(.drain(linger: .zero))
            #expect(try worker.next() == .drained)
            try worker.send(.leave)
            #expect(try worker.next() == nil)
            #expect(try worker.exitStatus() == .exited(0))
        }

        @Test(.needsDrover)
        func aConfigurationThatItCannotUseEndsIt() throws {
            let pool = try LoneWorker.Pool(active: [slots[0]])
            let worker = try LoneWorker(slots[0], of: pool, configurations: [LoneWorker.plaintext(0)])
            try worker.send(.rotate(LoneWorker.plaintext(0), .empty))
            guard case .failed = try worker.next() else {
                Issue.record("it does not say why")
                return
            }
            #expect(try worker.exitStatus() != .exited(0))
        }

        /// What was made under a former key is good for as long as that one is kept: tickets, and tokens that spare a Retry.
        @Test(.needsDrover, .needsPython)
        func secretsRotateWhileItServes() async throws {
            let pool = try LoneWorker.Pool(active: [slots[0]])
            var options = ListenerOptions()
            options.validation.mode = .always
            let worker = try LoneWorker(
                slots[0], of: pool, configurations: [LoneWorker.plaintext(0)], options: options)
            func visit(_ memory: String) async throws -> VisitReport {
                try await PythonClient.visit(
                    port: pool.address.port, ["--memory", pool.directory.path(memory)])[0]
            }
            for memory in ["first", "other"] {
                let visit = try await visit(memory)
                #expect(visit.ok && !visit.resumed && visit.retried)
            }
            try worker.send(.secrets(LoneWorker.secrets([1, 0])))
            let overlapping = try await visit("first")
            #expect(overlapping.resumed && !overlapping.retried)
            try worker.send(.secrets(LoneWorker.secrets([1])))
            let new = try await visit("first")
            #expect(new.resumed && !new.retried)
            let old = try await visit("other")
            #expect(old.ok && !old.resumed && old.retried)
        }

        @Test(.needsDrover, .needsPython)
        func aWorkerThatLeavesServesItsConnectionsToTheirEnd() async throws {
            let pool = try LoneWorker.Pool(active: slots)
            let workers = try slots.map {
                try LoneWorker($0, of: pool, configurations: [LoneWorker.plaintext(0)])
            }
            let holder = try PythonClient("hold.py", port: pool.address.port, ["--connections", "20"])
            let ready = try await holder.event("ready", as: HeldConnections.self, within: .seconds(40))
            #expect(Set(ready.connections.map(\.serverCid.slot)) == [0, 1])

            for worker in workers { try worker.send(.place(active: [slots[1]])) }
            try workers[0].send(.drain(linger: .zero))
            try workers[0].send(.leave)
            let before = try await holder.progress()
            try await holder.waitForProgress(beyond: before)
            // New ones have another place.
            let client = try PythonClient(
                "echo_transfer.py", port: pool.address.port,
                ["--connections", "10", "--concurrency", "10", "--bytes", "10000"])
            #expect(try await client.exitStatus(within: .seconds(60)) == .exited(0))
            let new = try client.events("connection", as: TransferReport.self)
            #expect(Set(new.map(\.serverCid.slot)) == [1])

            try holder.closeInput()
            #expect(try await holder.exitStatus(within: .seconds(10)) == .exited(0))
            #expect(try holder.events("lost", as: LossReport.self).isEmpty)
            #expect(try workers[0].next() == .drained)
            #expect(try workers[0].exitStatus() == .exited(0))
            let pages = workers.map(\.page)
            let forwarded = pages.reduce(0) { $0 + $1[.datagramsForwarded] }
            #expect(forwarded > 0)
            #expect(forwarded == pages.reduce(0) { $0 + $1[.datagramsTakenOver] })
            #expect(pages.allSatisfy { $0[.droppedForeignSlot] + $0[.droppedForwardQueueFull] == 0 })
        }
    }
}
