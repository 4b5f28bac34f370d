import Glibc
import Linux
import Testing

@Suite struct ProcessTests {
    /// Runs a shell command as a child with a channel, and waits for its end.
    private static func run(
        _ script: String,
        body: (borrowing ProcessHandle, borrowing PacketChannel) throws -> Void = { _, _ in }
    ) throws -> ProcessHandle.Status {
        let pair = try PacketChannel.makePair()
        let process = try ProcessSpawn.spawn(
            executable: "/bin/sh", arguments: ["sh", "-c", script], environment: ["GREETING=hello"],
            inheriting: pair.second)
        try body(process, pair.first)
        var event = pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0)
        #expect(poll(&event, 1, 10_000) == 1)
        return try #require(try process.reap())
    }

    @Test func theChildHasTheEnvironmentAndItsExitStatusIsSeen() throws {
        #expect(try Self.run("test $GREETING = hello && exit 7") == .exited(7))
    }

    // What changes this process does so in a process of its own: other tests run in this one.

    @Test func theChildHasTheChannelAndNoOtherDescriptor() async {
        await #expect(processExitsWith: .success) {
            // Close-on-exec is not set on purpose: the child must not get it all the same.
            let stray = open("/dev/null", O_RDONLY)
            #expect(stray >= 0)
            // `ls` opens the directory itself, as one more.
            let script = "test -S /proc/self/fd/3 && test $(ls /proc/self/fd | wc -l) -eq 5"
            let status = try ProcessTests.run(script)
            #expect(status == .exited(0))
        }
    }

    @Test func theChildStartsWithACleanSignalState() async {
        await #expect(processExitsWith: .success) {
            Signals.ignore([SIGPIPE])
            let script = "grep -q 'SigBlk:.0000000000000000' /proc/self/status && kill -PIPE $$"
            let status = try ProcessTests.run(script)
            #expect(status == .killed(signal: SIGPIPE))
        }
    }

    @Test func aSignalReachesTheChildAndOnlyWhileItLives() throws {
        let status = try Self.run("exec sleep 60") { process, _ in
            #expect(try process.reap() == nil)
            try process.send(signal: SIGKILL)
        }
        #expect(status == .killed(signal: SIGKILL))
    }

    @Test func theChildLeadsAProcessGroup() throws {
        let status = try Self.run("read line <&3; exit 0") { process, channel in
            #expect(getpgid(process.processID) == process.processID)
            try process.send(signal: SIGTERM)
        }
        #expect(status == .killed(signal: SIGTERM))
    }

    @Test func aMissingExecutableIsAnError() throws {
        let pair = try PacketChannel.makePair()
        #expect(throws: Errno.noEntry) {
            _ = try ProcessSpawn.spawn(
                executable: "/nonexistent", arguments: ["x"], environment: [], inheriting: pair.second)
        }
    }

    @Test func theEnvironmentIsThisProcesss() async {
        await #expect(processExitsWith: .success) {
            setenv("DROVER_TEST_VARIABLE", "value", 1)
            #expect(ProcessSpawn.environment.contains("DROVER_TEST_VARIABLE=value"))
            #expect(Host.environment("DROVER_TEST_VARIABLE") == "value")
            #expect(Host.environment("DROVER_TEST_UNSET") == nil)
        }
    }

    @Test func aChildThatNobodyWatchesIsGone() throws {
        let pair = try PacketChannel.makePair()
        let process = try ProcessSpawn.spawn(
            executable: "/bin/sleep", arguments: ["sleep", "60"], environment: [], inheriting: pair.second)
        process.end()
        #expect(kill(process.processID, 0) == -1 && errno == ESRCH)
    }

    @Test func atLeastOneProcessorIsUsable() throws {
        #expect(try Host.usableProcessorCount() >= 1)
    }
}
