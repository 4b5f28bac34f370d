import Control
import Foundation
import Glibc
import Linux
import Testing

/// A client of a pool's control socket that says what it likes. Ten seconds are enough for an answer.
final class ControlClientSocket {
    private let socket: StreamSocket
    private var received: [UInt8] = []

    init(_ runDirectory: String) throws {
        socket = try StreamSocket(
            connecting: ControlPath.path(in: runDirectory), timeout: .seconds(10))
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    func send(_ octets: [UInt8]) throws {
        var sent = 0
        while sent < octets.count {
            sent += try #require(try octets[sent...].withUnsafeBytes { try socket.send($0) })
        }
    }

    /// Sends what is taken at once. Returns whether something was.
    func sendNow(_ octets: [UInt8]) throws -> Bool {
        let rawValue = socket.rawValue
        let flags = Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL)
        return try nonBlockingSyscall { Glibc.send(rawValue, octets, octets.count, flags) } != nil
    }

    /// Says that nothing more will be asked.
    func finish() { shutdown(socket.rawValue, Int32(SHUT_WR)) }

    /// The next line; nil where the connection is closed.
    func line() throws -> String? {
        while true {
            if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
                defer { received.removeSubrange(...end) }
                return String(decoding: received[..<end], as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count: Int?
            do {
                count = try buffer.withUnsafeMutableBytes { try socket.receive(into: $0) }
            } catch let error as Errno where error == .connectionReset {
                return nil
            }
            guard try #require(count) > 0, let count else { return nil }
            received += buffer[..<count]
        }
    }

    func answer() throws -> ControlAnswer {
        let line = try #require(try line())
        return try JSONDecoder().decode(ControlAnswer.self, from: Data(line.utf8))
    }

    func ask(_ request: String) throws -> ControlAnswer {
        try send(request + "\n")
        return try answer()
    }

    func status() throws -> PoolStatus {
        guard case .status(let status) = try ask(#"{"command":"status"}"#) else {
            throw Errno.invalidArgument
        }
        return status
    }

    /// The last line of an answer, and how many lines of progress came before.
    func lastAnswer(_ request: String) throws -> (answer: ControlAnswer, progress: Int) {
        try send(request + "\n")
        var progress = 0
        while true {
            let answer = try answer()
            if answer.isLast { return (answer, progress) }
            progress += 1
        }
    }

    /// The exit status of an error; nil where the answer is none.
    func refusal(_ request: String) throws -> Int32? {
        guard case .error(let failure) = try lastAnswer(request).answer else { return nil }
        return failure.exitStatus
    }

    /// Asks for the status until it is as wanted: the pool tells of no change by itself.
    @discardableResult
    func waitForStatus(where isWanted: (PoolStatus) -> Bool) throws -> PoolStatus {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let status = try status()
            if isWanted(status) { return status }
        }
        throw Errno.wouldBlock
    }
}

extension Errno {
    fileprivate static let connectionReset = Errno(rawValue: ECONNRESET)
}
