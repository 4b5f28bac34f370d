import Control
import Foundation
import Glibc
import Linux
import TestSupport
import Testing

/// What operators ask of a pool, and what somebody asks who is none.
@Suite struct ControlSocketTests {
    private let directory = try! TemporaryDirectory()
    private var runDirectory: String { directory.path("run") }

    private func pool(
        _ behaviour: String = "answer", workers: Int = 1, steering: String = "off"
    ) throws -> TestPool {
        let pool = try TestPool(behaviour, workers: workers, steering: steering, runDirectory: runDirectory)
        #expect(pool.waitUntilReady().count == 1)
        return pool
    }

    private func end(_ pool: TestPool) {
        pool.signal(SIGTERM)
        #expect(pool.wait() == 0)
        // The lock stays: to remove it would let two processes lock two files of one name.
        #expect(try! FileManager.default.contentsOfDirectory(atPath: runDirectory) == ["lock"])
    }

    private func states(_ status: PoolStatus) -> [SlotStatus.State] { status.slots.map(\.state) }

    private func forwardingSockets() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: runDirectory).filter { $0.hasPrefix("forward-") }
            .sorted()
    }

    @Test(arguments: ["off", "forward"])
    func aPoolGrowsAndShrinks(steering: String) throws {
        let pool = try pool(steering: steering)
        let client = try ControlClientSocket(runDirectory)
        #expect(try client.status().state == .serving)
        for (count, slots) in [(4, 4), (2, 4), (3, 4), (1, 4), (5, 5)] {
            let answer = try client.ask(#"{"command":"resize","workers":\#(count)}"#)
            guard case .change(.resize, let resize) = answer else {
                Issue.record("\(answer)")
                continue
            }
            #expect(resize.workers == count)
            let status = try client.waitForStatus { status in
                states(status).allSatisfy { $0 == .active || $0 == .retired }
                    && states(status).count { $0 == .active } == count
            }
            #expect(status.slots.count == slots)
            #expect(status.slots.allSatisfy { ($0.pid != nil) == ($0.state == .active) })
            // A slot's socket goes when the slot is free.
            if steering == "forward" { #expect(try forwardingSockets().count == count) }
        }
        end(pool)
    }

    @Test func numbersThatCannotBeAreRefused() throws {
        let pool = try pool()
        let client = try ControlClientSocket(runDirectory)
        for count in [0, -1, 257] {
            #expect(try client.refusal(#"{"command":"resize","workers":\#(count)}"#) == 64)
        }
        #expect(try client.refusal(#"{"command":"rotate-key"}"#) == 78)
        #expect(try client.status().slots.count == 1)
        end(pool)
    }

    @Test func aSlotInUseDrainsAndCanBeTakenBack() throws {
        let pool = try pool("keep-connection", workers: 3)
        let client = try ControlClientSocket(runDirectory)
        let before = try client.status()
        _ = try client.ask(#"{"command":"resize","workers":1,"drainTimeout":600}"#)
        let draining = try client.status()
        #expect(states(draining) == [.active, .draining, .draining])
        #expect(draining.slots[2].drainSecondsLeft.map { $0 > 500 } == true)
        _ = try client.ask(#"{"command":"resize","workers":2}"#)
        let takenBack = try client.status()
        #expect(states(takenBack).count { $0 == .active } == 2)
        #expect(takenBack.slots.map(\.pid) == before.slots.map(\.pid))
        // A worker that dies while it drains is replaced by one that drains.
        let victim = try #require(takenBack.slots.first { $0.state == .draining })
        kill(try #require(victim.pid), SIGKILL)
        try client.waitForStatus {
            let slot = $0.slots[Int(victim.slot)]
            return slot.state == .draining && slot.incarnation == 2
        }
        end(pool)
    }

    @Test func theTimeToDrainEnds() throws {
        let pool = try pool("keep-connection", workers: 2)
        let client = try ControlClientSocket(runDirectory)
        _ = try client.ask(#"{"command":"resize","workers":1,"drainTimeout":0}"#)
        try client.waitForStatus { states($0) == [.active, .retired] }
        end(pool)
    }

    @Test func badRequestsAreAnsweredAndOthersServed() throws {
        let pool = try pool()
        let other = try ControlClientSocket(runDirectory)
        for request in [
            "", "{", "null", "\u{0}", #"{"command":"dance"}"#, String(repeating: "[", count: 5_000),
        ] {
            let client = try ControlClientSocket(runDirectory)
            // An empty line asks for nothing.
            if !request.isEmpty { #expect(try client.refusal(request) == 64) }
            #expect(try client.status().state == .serving)
        }
        let long = try ControlClientSocket(runDirectory)
        do {
            // The pool reads a part of it and closes.
            try long.send([UInt8](repeating: 0x20, count: 1_000_000))
        } catch {
            #expect(error is Errno)
        }
        let farewell = try long.line()
        #expect(farewell.map { $0.contains("65536 octets") } ?? true)
        #expect(try long.line() == nil)
        #expect(try other.status().state == .serving)
        end(pool)
    }

    @Test func aClientThatHasSaidAllGetsItsAnswers() throws {
        let pool = try pool()
        let client = try ControlClientSocket(runDirectory)
        try client.send(#"{"command":"status"}"# + "\r\n" + #"{"command":"lb-config"}"#)
        client.finish()
        guard case .status = try client.answer(), case .loadBalancerConfiguration = try client.answer() else {
            Issue.record("other answers")
            return end(pool)
        }
        #expect(try client.line() == nil)
        end(pool)
    }

    /// Who sends requests and reads no answer is read from no more, and the others are served.
    @Test func aClientThatDoesNotReadHoldsUpNobody() throws {
        let pool = try pool()
        let deaf = try ControlClientSocket(runDirectory)
        let requests = Array(String(repeating: #"{"command":"status"}"# + "\n", count: 500).utf8)
        // Until nothing more is taken: then the pool has stopped reading.
        var isTaken = true
        while isTaken { isTaken = try deaf.sendNow(requests) }
        let other = try ControlClientSocket(runDirectory)
        for _ in 0..<10 { #expect(try other.status().state == .serving) }
        end(pool)
    }

    @Test func aHundredClientsAreServed() throws {
        let pool = try pool()
        var clients = try (0..<100).map { _ in try ControlClientSocket(runDirectory) }
        while !clients.isEmpty {
            // More than are accepted at once wait until these are gone.
            #expect(try clients.removeFirst().status().state == .serving)
        }
        end(pool)
    }

    @Test func aSocketThatWasLeftBehindIsReplaced() throws {
        let first = try pool(steering: "forward")
        first.signal(SIGKILL)
        #expect(first.wait() == -SIGKILL)
        _ = first.remainingErrorLines()
        #expect(try forwardingSockets() == ["forward-0"])
        let second = try pool(steering: "forward")
        #expect(try ControlClientSocket(runDirectory).status().state == .serving)
        end(second)
    }
}
