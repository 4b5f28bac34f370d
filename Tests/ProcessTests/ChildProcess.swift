import Foundation
import Glibc
import Linux

/// A program that a test started. It is killed at the latest when the value goes.
///
/// Not Foundation's `Process`, whose children inherit the signal mask of the calling thread: on a
/// thread of the concurrency pool, that blocks SIGTERM and SIGINT.
final class ChildProcess: Sendable {
    enum ExitStatus: Hashable, Sendable {
        case exited(Int32)
        case signaled(Int32)
    }

    let identifier: pid_t
    let output = LineLog()
    let errors: LineLog
    private let input: FileHandle
    private let exit = Promise<ExitStatus>()

    /// - Parameters:
    ///   - descriptors: what it has as 3 and those that follow; here their numbers are higher.
    ///   - mergesErrors: whether `errors` is `output`: lines of both in the order of writing.
    init(
        _ executable: URL, _ arguments: [String], environment: [String: String] = [:],
        descriptors: [Int32] = [], mergesErrors: Bool = false
    ) throws {
        let inputPipe = try Self.pipe()
        let outputPipe = try Self.pipe()
        let errorPipe = mergesErrors ? outputPipe : try Self.pipe()
        identifier = try Self.spawn(
            executable.path, arguments, environment: environment,
            descriptors: [
                inputPipe.fileHandleForReading, outputPipe.fileHandleForWriting,
                errorPipe.fileHandleForWriting,
            ].map(\.fileDescriptor) + descriptors)
        errors = mergesErrors ? output : LineLog()
        input = inputPipe.fileHandleForWriting
        // The child's ends must not stay open here, or the other ends would never see the end.
        for handle in [inputPipe.fileHandleForReading, outputPipe.fileHandleForWriting] {
            try handle.close()
        }
        Self.read(from: outputPipe.fileHandleForReading, into: output)
        if !mergesErrors {
            try errorPipe.fileHandleForWriting.close()
            Self.read(from: errorPipe.fileHandleForReading, into: errors)
        }
        Thread.detachNewThread { [identifier, exit] in
            exit.fulfil(Self.reap(identifier))
        }
    }

    deinit {
        send(SIGKILL)
    }

    var hasExited: Bool { exit.current != nil }

    func send(_ signal: Int32) {
        // Once the process is reaped, its number may be another's.
        if !hasExited { kill(identifier, signal) }
    }

    /// Writes a line to the process's standard input.
    func write(line: String) throws {
        // The write to a process that has ended would be the end of the test runner (SIGPIPE).
        guard !hasExited else { throw Errno.brokenPipe }
        try input.write(contentsOf: Data((line + "\n").utf8))
    }

    func closeInput() throws {
        try input.close()
    }

    func exitStatus(within deadline: Duration) async throws -> ExitStatus {
        try await within(deadline, for: "exit of process \(identifier)") { [exit] in
            try await exit.value()
        }
    }

    /// A pipe that children get only by their standard streams: another copy would keep it open.
    private static func pipe() throws -> Pipe {
        let pipe = Pipe()
        for handle in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
            try syscall { fcntl(handle.fileDescriptor, F_SETFD, FD_CLOEXEC) }
        }
        return pipe
    }

    private static func spawn(
        _ path: String, _ arguments: [String], environment: [String: String],
        descriptors: [Int32]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in descriptors.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(number))
        }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let variables = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let argumentList = ([path] + arguments).map { strdup($0) } + [nil]
        let environmentList = variables.map { strdup("\($0)=\($1)") } + [nil]
        defer { for pointer in argumentList + environmentList { free(pointer) } }

        var identifier: pid_t = 0
        let error = posix_spawn(&identifier, path, &actions, &attributes, argumentList, environmentList)
        guard error == 0 else { throw Errno(rawValue: error) }
        return identifier
    }

    private static func read(from handle: FileHandle, into log: LineLog) {
        Thread.detachNewThread {
            // `read(upToCount:)` would wait until there is as much as it was asked for.
            while case let data = handle.availableData, !data.isEmpty {
                log.append(data)
            }
            log.end()
        }
    }

    private static func reap(_ identifier: pid_t) -> ExitStatus {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) == -1, Errno.current == .interrupted {}
        // WIFEXITED and WEXITSTATUS are macros that Swift does not see.
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .signaled(signal)
    }
}
