import Drover
import Foundation
import Glibc

/// What a handler may not do, tried and told to whoever asks: for each attempt errno, or 0 where it succeeded, in JSON.
enum Trespass {
    @LoopActor
    static func serve(_ connection: Connection) async throws {
        for try await stream in connection.streams {
            try await stream.write(Array(JSONEncoder().encode(attempts())))
            stream.finish()
        }
    }

    private static func attempts() -> [String: Int32] {
        [
            "execve": errno { execv("/bin/true", [strdup("true"), nil]) },
            "ptrace": errno { ptrace(traceMe, 0, 0, 0) },
            "bpf": errno { syscall(bpf, 0, 0, 0) },
            "setuid": errno { setuid(getuid()) },
            "unix": errno { socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0) },
            "inet": errno { socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0) },
            "inet6": errno { socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0) },
        ]
    }

    private static func errno(_ call: () -> some FixedWidthInteger) -> Int32 {
        call() == -1 ? Glibc.errno : 0
    }

    // Both are variadic, which Swift does not see.
    private typealias Call = @convention(c) (Int, Int, Int, Int) -> Int
    private static let syscall = unsafeBitCast(dlsym(nil, "syscall"), to: Call.self)
    private static let ptrace = unsafeBitCast(dlsym(nil, "ptrace"), to: Call.self)
    private static let traceMe = 0
    #if arch(x86_64)
        private static let bpf = 321
    #else
        private static let bpf = 280
    #endif
}
