import Control
private import FoundationEssentials
import Linux

/// A connection to a pool's control socket. It waits.
struct ControlConnection: ~Copyable {
    /// How long the pool may take to answer what it can answer at once, unless its host is overloaded.
    static let usualTimeout = Duration.seconds(30)
    /// No answer is that long.
    private static let maximumAnswer = 16 << 20

    private let path: String
    private let socket: StreamSocket
    private let timeout: Duration?
    /// What came behind the line at hand.
    private var received: [UInt8] = []

    /// - Parameter timeout: how long each line of an answer may take; nil: as long as it likes.
    init(runDirectory: String, timeout: Duration? = usualTimeout) throws(StartupFailure) {
        self.timeout = timeout
        path = ControlPath.path(in: runDirectory)
        do {
            socket = try StreamSocket(connecting: path, timeout: timeout ?? .zero)
        } catch {
            let what = "control socket \(path)"
            switch error {
            case .noEntry, .connectionRefused:
                throw StartupFailure(
                    .unavailable, what, why: "no pool runs there: \(error)",
                    remedy: "start drover serve, or give its --run-dir")
            case .accessDenied, .notPermitted:
                throw StartupFailure(
                    .permission, what, why: "\(error)", remedy: "run as the user that runs the pool")
            default: throw StartupFailure(.unavailable, what, why: "\(error)")
            }
        }
    }

    func send(_ request: ControlRequest) throws(StartupFailure) {
        do throws(Errno) {
            var octets = Self.encode(request)
            guard try socket.send(removingFrom: &octets) else { throw .wouldBlock }
        } catch {
            throw failure(error)
        }
    }

    /// The next line of an answer.
    mutating func receive() throws(StartupFailure) -> (ControlAnswer, line: String) {
        let octets: [UInt8]
        do throws(Errno) {
            octets = try receiveLine()
        } catch {
            throw failure(error)
        }
        guard let answer = try? JSONDecoder().decode(ControlAnswer.self, from: Data(octets)) else {
            throw StartupFailure(
                .internal, "control socket \(path)",
                why: octets.isEmpty ? "it was closed without an answer" : "its answer cannot be read",
                remedy: "use the drover that runs the pool")
        }
        return (answer, String(decoding: octets, as: UTF8.self))
    }

    /// Asks what is answered in one line.
    mutating func ask(_ request: ControlRequest) throws(StartupFailure) -> (ControlAnswer, line: String) {
        try send(request)
        return try receive()
    }

    private func failure(_ error: Errno) -> StartupFailure {
        let isTimeout = error == .wouldBlock
        return StartupFailure(
            isTimeout ? .temporary : .unavailable, "control socket \(path)",
            why: isTimeout ? "no answer within \(timeout ?? .zero)" : "\(error)")
    }

    private static func encode(_ request: ControlRequest) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(request)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("plain values can be encoded: \(error)")
        }
    }

    /// The octets before the next end of a line, or the end of the stream.
    private mutating func receiveLine() throws(Errno) -> [UInt8] {
        while received.count < Self.maximumAnswer {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeSubrange(...end) }
                return Array(received[..<end])
            }
            guard let count = try socket.receive(64 * 1024, appendingTo: &received) else { throw .wouldBlock }
            if count == 0 { return received }
        }
        throw .messageTooLong
    }
}
