import Foundation
import Glibc

/// A look at a process through /proc.
struct ProcessInspector: Hashable, Sendable {
    struct Unreadable: Error {
        let path: String
    }

    let identifier: pid_t

    init(_ identifier: pid_t) {
        self.identifier = identifier
    }

    func children() throws -> [ProcessInspector] {
        try contents(of: "task/\(identifier)/children")
            .split(whereSeparator: \.isWhitespace)
            .compactMap { pid_t($0) }
            .map(ProcessInspector.init)
    }

    /// The path of its program's file; nil where it is not known.
    var executable: String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(identifier)/exe")
    }

    /// The memory, in bytes, that is this process's and no file's.
    func anonymousMemory() throws -> Int {
        let rollup = try contents(of: "smaps_rollup")
        guard let line = rollup.split(separator: "\n").first(where: { $0.hasPrefix("Anonymous:") }),
            let kilobytes = line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap({ Int($0) })
        else { throw Unreadable(path: "/proc/\(identifier)/smaps_rollup") }
        return kilobytes * 1024
    }

    /// The processor time that it used, in seconds.
    func processorSeconds() throws -> Double {
        // The name, in parentheses, may have spaces.
        let fields = try contents(of: "stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw Unreadable(path: "/proc/\(identifier)/stat")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// The processors that it may run on, as `0-3,8`.
    func allowedProcessors() throws -> String { try status("Cpus_allowed_list") }

    /// A field of /proc/PID/status: `CapEff`.
    func status(_ field: String) throws -> String {
        let lines = try contents(of: "status").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("\(field):") }) else {
            throw Unreadable(path: "/proc/\(identifier)/status")
        }
        return line.dropFirst(field.count + 1).trimmingCharacters(in: .whitespaces)
    }

    /// The names of the variables that it was started with.
    func environmentNames() throws -> [String] {
        try contents(of: "environ").split(separator: "\0").compactMap {
            $0.split(separator: "=", omittingEmptySubsequences: false).first.map(String.init)
        }
    }

    /// How many descriptors are open.
    func descriptorCount() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count
    }

    /// What a descriptor is open on.
    func target(ofDescriptor descriptor: Int32) throws -> String {
        try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(identifier)/fd/\(descriptor)")
    }

    func send(_ signal: Int32) {
        kill(identifier, signal)
    }

    private func contents(of name: String) throws -> String {
        try String(contentsOfFile: "/proc/\(identifier)/\(name)", encoding: .utf8)
    }
}
