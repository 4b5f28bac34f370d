import Control
private import FoundationEssentials
import Linux

/// A connection to a pool's control socket. It waits.
struct ControlConnection: ~Copyable {
    /// How long the pool may take to answer; it does so at once unless its host is overloaded.
    private static let timeout = Duration.seconds(30)
    /// No answer is that long.
    private static let maximumAnswer = 16 << 20

    private let path: String
    private let socket: UnixStreamSocket

    init(runDirectory: String) throws(StartupFailure) {
        path = ControlPath.path(in: runDirectory)
        do {
            socket = try UnixStreamSocket(connecting: path, timeout: Self.timeout)
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

    func ask(_ request: ControlRequest) throws(StartupFailure) -> (ControlAnswer, line: String) {
        let octets: [UInt8]
        do throws(Errno) {
            try send(Self.encode(request))
            octets = try receiveLine()
        } catch {
            let isTimeout = error == .wouldBlock
            throw StartupFailure(
                isTimeout ? .temporary : .unavailable, "control socket \(path)",
                why: isTimeout ? "no answer within \(Self.timeout)" : "\(error)")
        }
        guard let answer = try? JSONDecoder().decode(ControlAnswer.self, from: Data(octets)) else {
            throw StartupFailure(
                .internal, "control socket \(path)",
                why: octets.isEmpty ? "it was closed without an answer" : "its answer cannot be read",
                remedy: "use the drover that runs the pool")
        }
        return (answer, String(decoding: octets, as: UTF8.self))
    }

    private static func encode(_ request: ControlRequest) -> [UInt8] {
        do {
            return Array(try JSONEncoder().encode(request)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("plain values can be encoded: \(error)")
        }
    }

    private func send(_ octets: [UInt8]) throws(Errno) {
        var sent = 0
        while sent < octets.count {
            let rest = Array(octets[sent...])
            let result: Result<Int?, Errno> = rest.withUnsafeBytes { rest in
                Result { () throws(Errno) in try socket.send(rest) }
            }
            guard let count = try result.get() else { throw .wouldBlock }
            sent += count
        }
    }

    /// The octets before the first end of a line, or the end of the stream.
    private func receiveLine() throws(Errno) -> [UInt8] {
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while line.count < Self.maximumAnswer {
            let result: Result<Int?, Errno> = buffer.withUnsafeMutableBytes { buffer in
                Result { () throws(Errno) in try socket.receive(into: buffer) }
            }
            guard let count = try result.get() else { throw .wouldBlock }
            let part = buffer[..<count]
            if let end = part.firstIndex(of: UInt8(ascii: "\n")) { return line + part[..<end] }
            if count == 0 { return line }
            line += part
        }
        throw .messageTooLong
    }
}
