import Foundation

@testable import TLS

/// `Clients/tls_client.py`, a TLS client that nobody here wrote, run by the Python interpreter that
/// `DROVER_TEST_PYTHON` names (one that has aioquic).
final class PythonClient {
    static let interpreter = ProcessInfo.processInfo.environment["DROVER_TEST_PYTHON"]
    /// Whether its tests run: with DROVER_REQUIRE_ALL=1 also where it is missing, to fail.
    static let isWanted =
        interpreter != nil || ProcessInfo.processInfo.environment["DROVER_REQUIRE_ALL"] == "1"

    struct Options: Encodable {
        var alpn: [String]? = ["echo"]
        var transportParameters: String? = "010480007530"
        var serverName: String? = "localhost"
        var suites: [String]?
        var sessionID: String?
        var resume = false
        var earlyData = false
        /// Sends no key share at first. If not empty, the second ClientHello has these parameters.
        var helloRetry: String?
    }

    struct State: Decodable {
        var isComplete: Bool
        var alpn: String?
        var isResumed: Bool
        var earlyDataAccepted: Bool
        var hasTicket: Bool
        var wasRetried: Bool
        var transportParameters: String?
    }

    struct Answer {
        var crypto: [(level: EncryptionLevel, bytes: [UInt8])] = []
        /// What the client derived, as the server sees it: its write secret is our read secret.
        var secrets: [RecordingDelegate.Event] = []
        var alert: UInt8?
        var state: State?
    }

    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    init() throws {
        let script = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Clients/tls_client.py")
        process.executableURL = URL(filePath: Self.interpreter!)
        process.arguments = [script.path()]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
    }

    deinit {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    func start(_ options: Options) throws -> Answer {
        try exchange("N", Array(JSONEncoder().encode(options)))
    }

    func receive(_ bytes: [UInt8], level: EncryptionLevel) throws -> Answer {
        try exchange("C", [Self.levels.firstIndex(of: level).map(UInt8.init)!] + bytes)
    }

    private static let levels: [EncryptionLevel] = [.initial, .handshake, .application]

    private func exchange(_ kind: Unicode.Scalar, _ body: [UInt8]) throws -> Answer {
        let count = UInt32(body.count)
        let header =
            [UInt8(ascii: kind)] + stride(from: 24, through: 0, by: -8).map { UInt8(count >> $0 & 0xff) }
        try input.fileHandleForWriting.write(contentsOf: header + body)
        var answer = Answer()
        while true {
            let header = try read(5)
            let body = try read(header[1...].reduce(0) { $0 << 8 | Int($1) })
            switch Unicode.Scalar(header[0]) {
            case "C": answer.crypto.append((Self.levels[Int(body[0])], Array(body[1...])))
            case "S":
                let level = Self.levels[Int(body[0])]
                let secret = Array(body[2...])
                let isWrite = body[1] == UInt8(ascii: "w")
                answer.secrets.append(isWrite ? .readSecret(level, secret) : .writeSecret(level, secret))
            case "A": answer.alert = body[0]
            case "D": answer.state = try JSONDecoder().decode(State.self, from: Data(body))
            default: return answer
            }
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let more = try output.fileHandleForReading.read(upToCount: count - bytes.count),
                !more.isEmpty
            else { throw CocoaError(.fileReadUnknown) }
            bytes += more
        }
        return bytes
    }
}
