import Control
import EventLoop
import Glibc
import Linux
import Logging
import Logs
import Testing

@testable import Supervisor

@Suite struct ServiceNotificationsTests {
    private func interval(_ microseconds: String?, _ pid: String? = nil) -> Duration? {
        ServiceNotifications.watchdogInterval(microseconds: microseconds, pid: pid, processID: 7)
    }

    @Test func theWatchdogHearsTwiceInItsTime() {
        #expect(interval("10000000") == .seconds(5))
        #expect(interval("10000000", "7") == .seconds(5))
    }

    @Test(arguments: [nil, "", "0", "1", "-1", "x", "99999999999999999999"] as [String?])
    func whatIsNoTimeIsNoWatchdog(microseconds: String?) {
        #expect(interval(microseconds) == nil)
    }

    @Test(arguments: ["8", "", "x"])
    func anothersWatchdogIsNotThisOnes(pid: String) {
        #expect(interval("10000000", pid) == nil)
    }

    /// In a process of its own, as the manager is found by the environment.
    @Test func aReloadIsToldAndTheStatusOnceASecond() async {
        await #expect(processExitsWith: .success) {
            let path = "/tmp/drover-notify-\(getpid()).sock"
            defer { unlink(path) }
            let manager = try UnixDatagramSocket(binding: path)
            func messages() throws -> [String] {
                var messages: [String] = []
                var buffer = [UInt8](repeating: 0, count: 1000)
                while let received = try buffer.withUnsafeMutableBytes({ try manager.receive(into: $0) }) {
                    messages.append(String(decoding: buffer[..<received.count], as: UTF8.self))
                }
                return messages
            }
            setenv("NOTIFY_SOCKET", path, 1)
            let loop = try EventLoop(executor: LoopExecutor())
            var status = "one"
            let service = ServiceNotifications(
                ServiceManager(log: Logger(LogOptions())), loop: loop
            ) { status }
            service.reloading()
            service.reloaded()
            let reload = try messages()
            #expect(reload.count == 2 && reload[1] == "READY=1\nSTATUS=one")
            let lines = reload[0].split(separator: "\n")
            #expect(lines[0] == "RELOADING=1")
            let time = try #require(UInt64(lines[1].dropFirst("MONOTONIC_USEC=".count)))
            #expect(Instant.now - Instant(nanoseconds: time * 1000) < .seconds(10))

            // Each turn another status, for half a second.
            let end = Instant.now + .milliseconds(500)
            let change = Timer { [unowned loop] in
                status += "."
                service.statusChanged()
                if .now >= end { loop.stop() }
            }
            loop.addEndOfTurnHook { loop.set(change, to: .now) }
            loop.set(change, to: .now)
            try loop.run()
            #expect(try messages().count == 1)
        }
    }
}
