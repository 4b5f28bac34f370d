import Glibc
import Linux

/// A pool of test workers in processes of its own, with what it writes.
final class TestPool {
    let processID: pid_t
    private let output: Int32
    private let errors: Int32
    private let stateDirectory: String
    private var status: Int32?
    /// Where it serves metrics; known when it is ready.
    private(set) var metrics: SocketAddress?

    /// - Parameter behaviour: of the workers.
    init(
        _ behaviour: String, workers: Int = 1, steering: String = "off", runDirectory: String,
        addresses: [String] = ["127.0.0.1:0"]
    ) throws {
        var outputEnds: [Int32] = [-1, -1]
        var errorEnds: [Int32] = [-1, -1]
        // Sockets, as pipe2 cannot be seen here: other tests spawn processes at the same time, which must not
        // get these ends.
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        try syscall { socketpair(AF_UNIX, type, 0, &outputEnds) }
        try syscall { socketpair(AF_UNIX, type, 0, &errorEnds) }
        stateDirectory = "\(runDirectory).state"
        output = outputEnds[0]
        errors = errorEnds[0]
        let arguments =
            [Self.executable, behaviour, "\(workers)", steering, runDirectory, stateDirectory] + addresses
        processID = try Self.spawn(arguments, output: outputEnds[1], errors: errorEnds[1])
        close(outputEnds[1])
        close(errorEnds[1])
    }

    deinit {
        if status == nil {
            kill(processID, SIGKILL)
            waitpid(processID, nil, 0)
        }
        close(output)
        close(errors)
        for name in ["state.lock", "secrets.json", "behaviour", "workers", "steering"] {
            unlink("\(stateDirectory)/\(name)")
        }
        rmdir(stateDirectory)
    }

    /// Has workers that start, or the configuration that is read, be otherwise from now on.
    func set(_ name: String, to value: String) throws {
        try File.replace("\(stateDirectory)/\(name)", with: Array(value.utf8), mode: 0o600)
    }

    /// Next to the test runner's own executable.
    static var executable: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { path in
            let count = readlink("/proc/self/exe", path.baseAddress!, path.count)
            let own = String(decoding: path[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            return own[..<own.lastIndex(of: "/")!] + "/SupervisorTestPool"
        }
    }

    private static func spawn(_ arguments: [String], output: Int32, errors: Int32) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var strings = arguments.map { strdup($0) } + [nil]
        defer { strings.forEach { free($0) } }
        var processID: pid_t = 0
        let error = posix_spawn(&processID, arguments[0], &actions, nil, &strings, nil)
        if error != 0 { throw Errno(rawValue: error) }
        return processID
    }

    // MARK: What it says

    /// The next line on standard output: nil at its end, which comes when no process of the pool is left.
    func outputLine() -> String? { Self.line(from: output) }

    /// The next line on standard error, likewise.
    func errorLine() -> String? { Self.line(from: errors) }

    /// All that is to come on standard error: returns when no process of the pool is left.
    func remainingErrorLines() -> [String] {
        Array(sequence(state: ()) { [errors] _ in Self.line(from: errors) })
    }

    private static func line(from descriptor: Int32) -> String? {
        var octets: [UInt8] = []
        var octet: UInt8 = 0
        while read(descriptor, &octet, 1) == 1 {
            if octet == UInt8(ascii: "\n") { return String(decoding: octets, as: UTF8.self) }
            octets.append(octet)
        }
        return octets.isEmpty ? nil : String(decoding: octets, as: UTF8.self)
    }

    /// Waits for the ready line, and returns the addresses in it.
    func waitUntilReady() -> [SocketAddress] {
        let prefix = "drover: ready on "
        let metricsPrefix = "drover: metrics on "
        let lines = sequence(state: ()) { _ in
            let line = self.outputLine()
            if let line, line.hasPrefix(metricsPrefix) {
                self.metrics = SocketAddress(String(line.dropFirst(metricsPrefix.count)))
            }
            return line
        }
        guard let line = lines.first(where: { $0.hasPrefix(prefix) }), let end = line.firstIndex(of: "(")
        else { return [] }
        let list = line[..<end].dropFirst(prefix.count)
        return list.split(separator: ",").compactMap { text in
            SocketAddress(String(text.filter { $0 != " " }))
        }
    }

    /// Takes from the supervisor that it may open more descriptors, for good.
    func limitDescriptors(to count: Int) throws {
        let command = ["/usr/bin/prlimit", "--pid", "\(processID)", "--nofile=\(count)"]
        var status: Int32 = 0
        waitpid(try Self.spawn(command, output: 1, errors: 2), &status, 0)
        guard status == 0 else { throw Errno.notPermitted }
    }

    // MARK: Its end

    func signal(_ signal: Int32) {
        kill(processID, signal)
    }

    /// Waits for the supervisor's end: its exit status, or a signal as a negative number.
    func wait() -> Int32 {
        if let status { return status }
        var status: Int32 = 0
        waitpid(processID, &status, 0)
        let result = status & 0x7f == 0 ? status >> 8 & 0xff : -(status & 0x7f)
        self.status = result
        return result
    }
}
