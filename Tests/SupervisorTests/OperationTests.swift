import Control
import Glibc
import Linux
import TestSupport
import Testing

/// What operators do to a pool that runs, with workers that answer datagrams in place of QUIC.
@Suite struct OperationTests {
    private let directory = try! TemporaryDirectory()
    private var runDirectory: String { directory.path("run") }

    private func pool(
        _ behaviour: String = "answer", workers: Int = 2, steering: String = "off"
    ) throws -> (TestPool, ControlClientSocket) {
        let pool = try TestPool(behaviour, workers: workers, steering: steering, runDirectory: runDirectory)
        #expect(pool.waitUntilReady().count == 1)
        return (pool, try ControlClientSocket(runDirectory))
    }

    private func end(_ pool: TestPool) {
        pool.signal(SIGTERM)
        #expect(pool.wait() == 0)
    }

    private func change(_ answer: ControlAnswer) throws -> PoolChange {
        guard case .change(_, let change) = answer else {
            Issue.record("\(answer)")
            throw Errno.invalidArgument
        }
        return change
    }

    private func active(_ status: PoolStatus) -> [UInt8] {
        status.slots.filter { $0.state == .active }.map(\.slot)
    }

    // MARK: Resize

    @Test func whoWaitsHearsWhenItIsDone() throws {
        let (pool, client) = try pool()
        let (grown, progress) = try client.lastAnswer(#"{"command":"resize","by":2,"wait":true}"#)
        #expect(try change(grown).workers == 4 && progress > 0)
        #expect(try active(client.status()).count == 4)
        let (shrunk, _) = try client.lastAnswer(#"{"command":"resize","workers":1,"wait":true}"#)
        #expect(try change(shrunk).workers == 1)
        let status = try client.status()
        #expect(status.slots.allSatisfy { $0.state == .active || $0.state == .retired })
        #expect(active(status).count == 1)
        end(pool)
    }

    @Test func theNewestWishCounts() throws {
        let (pool, client) = try pool("keep-connection", workers: 3)
        try client.send(#"{"command":"resize","workers":1,"wait":true}"# + "\n")
        guard case .progress(let progress) = try client.answer() else { throw Errno.invalidArgument }
        #expect(progress.draining.count == 2 && progress.draining.allSatisfy { $0.connections == 1 })
        let other = try ControlClientSocket(runDirectory)
        #expect(try change(other.ask(#"{"command":"resize","workers":3}"#)).draining == [])
        guard case .error(let failure) = try client.answer() else { throw Errno.invalidArgument }
        #expect(failure.category == .temporary)
        #expect(try active(other.status()) == [0, 1, 2])
        end(pool)
    }

    @Test func whoGoesAwayDoesNotHoldUpThePool() throws {
        let (pool, client) = try pool("keep-connection", workers: 2)
        for _ in 0..<200 {
            let waiting = try ControlClientSocket(runDirectory)
            try waiting.send(#"{"command":"resize","workers":1,"wait":true}"# + "\n")
            _ = try waiting.answer()
        }
        #expect(try client.status().workers == 1)
        end(pool)
    }

    @Test func aWorkerThatDoesNotStartIsTold() throws {
        let (pool, client) = try pool()
        try pool.set("behaviour", to: "exit-at-start")
        #expect(try client.refusal(#"{"command":"resize","workers":3,"wait":true}"#) == 69)
        end(pool)
    }

    // MARK: Single slots

    @Test func aSlotIsDrainedAndTakenBack() throws {
        let (pool, client) = try pool("keep-connection", workers: 2)
        #expect(
            try change(client.ask(#"{"command":"drain","slot":1}"#))
                == PoolChange(workers: 1, starting: [], draining: [1]))
        #expect(try client.status().slots[1].state == .draining)
        // The other takes all that is new: it cannot go as well.
        #expect(try client.refusal(#"{"command":"drain","slot":0}"#) == 64)
        #expect(try client.refusal(#"{"command":"drain","slot":1}"#) == 64)
        #expect(try client.refusal(#"{"command":"drain","slot":7}"#) == 64)
        #expect(try change(client.ask(#"{"command":"undrain","slot":1}"#)).workers == 2)
        #expect(try active(client.status()) == [0, 1])
        #expect(try client.refusal(#"{"command":"undrain","slot":1}"#) == 64)
        let (drained, _) = try client.lastAnswer(
            #"{"command":"drain","slot":1,"drainTimeout":0,"wait":true}"#)
        #expect(try change(drained).workers == 1)
        #expect(try client.status().slots[1].state == .retired)
        end(pool)
    }

    @Test(arguments: ["off", "forward"])
    func workersAreReplacedInTurn(steering: String) throws {
        let (pool, client) = try pool("keep-connection", workers: 3, steering: steering)
        let (answer, progress) = try client.lastAnswer(#"{"command":"restart"}"#)
        #expect(try change(answer) == PoolChange(workers: 3, starting: [3, 4, 5], draining: [0, 1, 2]))
        #expect(progress == 3)
        let status = try client.status()
        #expect(status.slots.map(\.state) == [.draining, .draining, .draining, .active, .active, .active])
        let (one, _) = try client.lastAnswer(#"{"command":"restart","slot":4,"drainTimeout":0}"#)
        #expect(try change(one) == PoolChange(workers: 3, starting: [6], draining: [4]))
        #expect(try client.refusal(#"{"command":"restart","slot":0}"#) == 64)
        end(pool)
    }

    @Test func aRestartStopsWhereANewWorkerDoesNotStart() throws {
        let (pool, client) = try pool(workers: 2)
        try pool.set("behaviour", to: "exit-at-start")
        #expect(try client.refusal(#"{"command":"restart"}"#) == 69)
        let status = try client.waitForStatus { $0.slots[2].state == .retired }
        #expect(active(status) == [0, 1])
        end(pool)
    }

    // MARK: Reload

    @Test(arguments: [true, false])
    func theConfigurationIsReadAnew(bySignal: Bool) throws {
        let (pool, client) = try pool(workers: 2)
        let before = try client.status()
        try pool.set("workers", to: "3")
        if bySignal {
            pool.signal(SIGHUP)
        } else {
            #expect(try client.ask(#"{"command":"reload"}"#) == .done(.reload))
        }
        let after = try client.waitForStatus { active($0).count == 3 }
        #expect(after.slots[..<2].map(\.pid) == before.slots.map(\.pid))
        // What an operator wished since counts until the configuration's own number changes.
        _ = try client.lastAnswer(#"{"command":"resize","workers":1,"wait":true}"#)
        #expect(try client.ask(#"{"command":"reload"}"#) == .done(.reload))
        #expect(try client.status().workers == 1)
        end(pool)
    }

    @Test func whatCannotChangeRefusesAReloadWhole() throws {
        let (pool, client) = try pool(workers: 2)
        try pool.set("workers", to: "3")
        try pool.set("steering", to: "forward")
        guard case .error(let failure) = try client.ask(#"{"command":"reload"}"#) else {
            throw Errno.invalidArgument
        }
        #expect(failure.category == .configuration && failure.why.contains("--steering"))
        #expect(try client.status().workers == 2)
        end(pool)
    }

    /// Were the number in use in spite of the refusal, the second reload would find nothing to change.
    @Test func moreWorkersThanThereCanBeRefuseAReloadWhole() throws {
        let (pool, client) = try pool(workers: 2)
        try pool.limitDescriptors(to: 300)
        try pool.set("workers", to: "40")
        for _ in 0..<2 { #expect(try client.refusal(#"{"command":"reload"}"#) == 78) }
        #expect(try client.status().workers == 2)
        end(pool)
    }

    // MARK: Upgrade

    @Test(arguments: ["off", "forward"])
    func anotherProgramGoesOn(steering: String) throws {
        let (pool, client) = try pool("keep-connection", workers: 2, steering: steering)
        let before = try client.status()
        // A slot that drains goes on draining, and one that is free is taken.
        _ = try client.ask(#"{"command":"resize","workers":3}"#)
        try client.waitForStatus { active($0).count == 3 }
        _ = try client.ask(#"{"command":"drain","slot":0,"drainTimeout":600}"#)
        for number in 1...3 {
            let (answer, _) = try client.lastAnswer(#"{"command":"upgrade","drainTimeout":500}"#)
            guard case .upgrade(let upgrade) = answer else { throw Errno.invalidArgument }
            #expect(upgrade.started.count == 2 && upgrade.draining.count == 2)
            let status = try client.status()
            #expect(status.state == .serving && status.workers == 2)
            #expect(active(status) == upgrade.started)
            #expect(status.slots[0].state == .draining && status.slots[0].drainSecondsLeft! > 500)
            #expect(status.slots[..<2].map(\.pid) == before.slots.map(\.pid), "upgrade \(number)")
        }
        // It knows the ends of workers that another program started.
        kill(try #require(before.slots[1].pid), SIGKILL)
        try client.waitForStatus { $0.slots[1].state == .draining && $0.slots[1].incarnation == 2 }
        end(pool)
    }

    @Test func aSignalUpgrades() throws {
        let (pool, client) = try pool(workers: 2)
        pool.signal(SIGUSR2)
        // Of clients the program keeps only the one that waits for the answer.
        #expect(try client.line() == nil)
        let status = try ControlClientSocket(runDirectory).waitForStatus { active($0) == [2, 3] }
        #expect(status.state == .serving)
        end(pool)
    }

    @Test func aProgramThatIsNoneChangesNothing() throws {
        let (pool, client) = try pool(workers: 2)
        let before = try client.status()
        for (path, status) in [("/nonexistent", 78), ("/etc/passwd", 78), ("/bin/true", 69)] {
            #expect(
                try client.refusal(#"{"command":"upgrade","binary":"\#(path)"}"#) == Int32(status), "\(path)")
        }
        #expect(try client.status().slots.map(\.pid) == before.slots.map(\.pid))
        end(pool)
    }

    @Test func aProgramWithAnotherConfigurationIsRefused() throws {
        let (pool, client) = try pool(workers: 2)
        try pool.set("steering", to: "forward")
        #expect(try client.refusal(#"{"command":"upgrade"}"#) == 78)
        #expect(try active(client.status()) == [0, 1])
        end(pool)
    }

    /// The new program has taken over when it turns out that its workers do not start: it gives the pool back.
    @Test(arguments: ["exit-at-start", "ready-unbound"])
    func workersThatDoNotStartGiveThePoolBack(behaviour: String) throws {
        let (pool, client) = try pool("keep-connection", workers: 2)
        let before = try client.status()
        try pool.set("behaviour", to: behaviour)
        guard case .error(let failure) = try client.lastAnswer(#"{"command":"upgrade"}"#).answer else {
            throw Errno.invalidArgument
        }
        #expect(failure.category == .unavailable && failure.why.contains("does not become ready"))
        let after = try client.waitForStatus { status in
            status.slots.allSatisfy { $0.state == .active || $0.state == .retired }
        }
        #expect(active(after) == [0, 1] && after.slots[..<2].map(\.pid) == before.slots.map(\.pid))
        // And all of it works.
        try pool.set("behaviour", to: "keep-connection")
        guard case .upgrade = try client.lastAnswer(#"{"command":"upgrade"}"#).answer else {
            throw Errno.invalidArgument
        }
        end(pool)
    }

    // MARK: Signs of life

    @Test func aWorkerThatIsSilentIsReplaced() throws {
        let (pool, client) = try pool(workers: 2)
        let victim = try #require(try client.status().slots[1].pid)
        kill(victim, SIGSTOP)
        let after = try client.waitForStatus { $0.slots[1].incarnation == 2 && $0.slots[1].state == .active }
        #expect(after.slots[0].incarnation == 1)
        #expect(kill(victim, 0) == -1)
        end(pool)
    }

    // MARK: The end

    @Test(arguments: [false, true])
    func aPoolIsStopped(now: Bool) throws {
        let (pool, client) = try pool("ignore-stop", workers: 2)
        #expect(try client.ask(#"{"command":"stop","now":\#(now)}"#) == .done(.stop))
        if !now {
            #expect(try client.status().state == .stopping)
            #expect(try client.ask(#"{"command":"stop","now":true}"#) == .done(.stop))
        }
        #expect(pool.wait() == 0)
    }
}
