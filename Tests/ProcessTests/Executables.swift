import Foundation

/// Where the programs are that the process tests run.
enum Executables {
    static let packageRoot = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// The pool itself, built for release.
    static let drover = program(variable: "DROVER_BINARY", default: ".build/release/drover")

    /// An HTTP/3 server on Drover's public API (Tests/Fixtures/H3Echo).
    static let h3Echo = program(variable: "DROVER_H3_ECHO_BINARY", default: ".build/release/h3-echo")

    /// An echo server that replaces connection IDs on demand (Tests/Fixtures/RotatingEcho).
    static let rotatingEcho = program(
        variable: "DROVER_ROTATING_ECHO_BINARY", default: ".build/release/rotating-echo")

    /// Sends first packets from forged addresses (Tests/Fixtures/InitialFlood).
    static let initialFlood = program(
        variable: "DROVER_INITIAL_FLOOD_BINARY", default: ".build/release/initial-flood")

    /// Drover's own client (Tests/Fixtures/Visitor).
    static let visitor = program(variable: "DROVER_VISITOR_BINARY", default: ".build/release/visitor")

    /// A pool in a program of its own (Tests/Fixtures/Embedded).
    static let embedded = program(variable: "DROVER_EMBEDDED_BINARY", default: ".build/release/embedded")

    /// A Python with the packages of Tests/requirements.txt.
    static let python = program(variable: "DROVER_TEST_PYTHON", default: ".venv/bin/python")

    /// A Python with picoquic, of Tests/requirements-picoquic.txt.
    static let picoquicPython = packageRoot.appending(path: ".venv-picoquic/bin/python")

    /// ngtcp2's client; nil where it is not in PATH.
    static let gtlsclient = inPath("gtlsclient")

    /// Prometheus' checker; nil where it is not in PATH.
    static let promtool = inPath("promtool")

    static let setpriv = inPath("setpriv")

    /// systemd's; nil where it is not there.
    static let systemdAnalyze = inPath("systemd-analyze")

    /// iproute2's; nil where it is not there.
    static let ip = inPath("ip")

    static let vectors = packageRoot.appending(path: "Tests/Vectors")

    static let clients = packageRoot.appending(path: "Tests/ProcessTests/Clients")

    static func isExecutable(_ url: URL) -> Bool {
        FileManager.default.isExecutableFile(atPath: url.path)
    }

    private static func inPath(_ name: String) -> URL? {
        // Programs of administrators may not be in the path of others.
        ((ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/sbin")
            .split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first(where: isExecutable)
    }

    private static func program(variable: String, default path: String) -> URL {
        let value = ProcessInfo.processInfo.environment[variable] ?? path
        return URL(filePath: value, relativeTo: packageRoot)
    }
}
