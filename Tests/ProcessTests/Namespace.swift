import Foundation
import Glibc
import Synchronization

/// A network namespace of a test's own. Whoever makes it removes it.
struct Namespace: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let command: String
        let output: [String]
        var description: String { "ip \(command): \(output.joined(separator: " "))" }
    }

    /// In its name it has the process, so that test runs at the same time do not meet.
    let name: String
    private static let count = Mutex(0)

    static func make(_ purpose: String) async throws -> Namespace {
        let number = count.withLock { count in
            count += 1
            return count
        }
        let namespace = Namespace(name: "drover-\(getpid())-\(number)-\(purpose)")
        try await run(["netns", "add", namespace.name])
        do {
            try await namespace.ip("link set lo up")
        } catch {
            await namespace.remove()
            throw error
        }
        return namespace
    }

    /// Its interfaces go with it, once the last process in it has ended.
    func remove() async {
        try? await Self.run(["netns", "delete", name])
    }

    /// Whether this process may make namespaces and connect them.
    static func isPermitted() async -> Bool {
        guard let probe = try? await make("probe") else { return false }
        let isConnectable: Void? = try? await probe.ip("link add probe0 type veth peer name probe1")
        await probe.remove()
        return isConnectable != nil
    }

    /// Runs a command of `ip` on it, its words separated by spaces.
    func ip(_ command: String) async throws {
        try await Self.run(["-n", name] + command.split(separator: " ").map(String.init))
    }

    /// Starts the command that follows in it.
    var launcher: [String] { [Executables.ip?.path ?? "ip", "netns", "exec", name] }

    /// Passes on packets that come for others.
    func enableForwarding() async throws {
        let arguments = ["netns", "exec", name, "/bin/sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"]
        try await Self.run(arguments)
    }

    private static func run(_ arguments: [String]) async throws {
        let ip = try ChildProcess(
            Executables.ip ?? URL(filePath: "/usr/sbin/ip"), arguments, mergesErrors: true)
        guard try await ip.exitStatus(within: .seconds(10)) == .exited(0) else {
            throw Failure(command: arguments.joined(separator: " "), output: ip.output.lines)
        }
    }
}
