package import Control
import EventLoop
internal import FoundationEssentials
import Linux

/// One connection to the control socket. A request is a line, and so is its answer; the next request is looked at when
/// the one before is answered.
final class ControlClient {
    /// The longest request, in octets.
    static let maximumRequest = 64 * 1024
    /// A client that neither asks nor reads for so long is done, unless it waits for an answer.
    static let idleTimeout = Duration.seconds(30)

    private let connection: StreamSocket
    private let loop: EventLoop
    private let answer: (ControlRequest, ControlReply) -> Void
    private let onEnd: (ControlClient) -> Void
    private var source: EventSource!
    private var idleTimer: Timer!
    /// What came of a request that is not complete.
    private var request: [UInt8] = []
    /// What the client has not taken of its answers; nothing is read while there is something.
    private var output: [UInt8] = []
    /// The answer that is not complete.
    private var reply: ControlReply?
    private var onTaken: (() -> Void)?
    private var isAtEnd = false
    private var isProceeding = false

    init(
        _ connection: consuming StreamSocket, loop: EventLoop,
        answer: @escaping (ControlRequest, ControlReply) -> Void, onEnd: @escaping (ControlClient) -> Void
    ) {
        self.connection = connection
        self.loop = loop
        self.answer = answer
        self.onEnd = onEnd
        source = EventSource(fileDescriptor: self.connection.rawValue) { [unowned self] events in
            // Who hung up waits for nothing; who only says no more may still read.
            if reply != nil, !events.isDisjoint(with: [.hungUp, .failed]) { return end() }
            proceed()
        }
        idleTimer = Timer { [unowned self] in end() }
    }

    func start() throws(Errno) {
        try loop.add(source, for: .readable)
        loop.set(idleTimer, to: .now + Self.idleTimeout)
    }

    /// Begins with an answer that is owed from before, to a request that another program took.
    func startAwaiting() throws(Errno) -> ControlReply {
        try loop.add(source, for: [])
        let reply = ControlReply(to: self)
        self.reply = reply
        return reply
    }

    /// Ends the connection without a word.
    func close() {
        loop.remove(source)
        loop.clear(idleTimer)
        reply = nil
        onTaken = nil
    }

    private func end() {
        close()
        onEnd(self)
    }

    // MARK: Answers

    func isAwaiting(_ reply: ControlReply) -> Bool { self.reply === reply }

    var hasNothingToSend: Bool { output.isEmpty }
    var descriptor: Int32 { connection.rawValue }

    func whenTaken(_ body: @escaping () -> Void) {
        onTaken = body
        proceed()
    }

    func send(_ answer: ControlAnswer) {
        if answer.isLast { reply = nil }
        write(answer)
        proceed()
    }

    // MARK: The connection

    /// Sends, answers and receives, until there is nothing to do or somebody else has to do something.
    private func proceed() {
        // An answer that comes at once is sent by the caller.
        guard !isProceeding else { return }
        isProceeding = true
        defer { isProceeding = false }
        do throws(Errno) {
            try proceedUntilBlocked()
        } catch {
            end()
        }
    }

    private func proceedUntilBlocked() throws(Errno) {
        loop.set(idleTimer, to: .now + Self.idleTimeout)
        while true {
            guard try send() else { return try loop.modify(source, for: .writable) }
            if let onTaken {
                self.onTaken = nil
                onTaken()
                continue
            }
            if reply != nil {
                loop.clear(idleTimer)
                return try loop.modify(source, for: [])
            }
            if answerNextRequest() { continue }
            if isAtEnd { return end() }
            guard try receive() else { return try loop.modify(source, for: .readable) }
        }
    }

    /// Returns whether all of the output is sent.
    private func send() throws(Errno) -> Bool { try connection.send(removingFrom: &output) }

    /// Returns whether there was a request.
    private func answerNextRequest() -> Bool {
        if let end = request.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(request[..<end])
            request.removeSubrange(...end)
            // An empty line asks for nothing.
            if !line.allSatisfy({ $0 == UInt8(ascii: "\r") }) { respond(to: line) }
            return true
        }
        if request.count > Self.maximumRequest {
            request = []
            isAtEnd = true
            write(.error(ControlRequest.invalid("a line has \(Self.maximumRequest) octets at most")))
            return true
        }
        if isAtEnd, !request.isEmpty {
            // The last line may go without its end.
            let line = request
            request = []
            respond(to: line)
            return true
        }
        return false
    }

    /// Returns whether something came, the end included.
    private func receive() throws(Errno) -> Bool {
        guard let count = try connection.receive(16 * 1024, appendingTo: &request) else { return false }
        isAtEnd = count == 0
        return true
    }

    private func respond(to line: [UInt8]) {
        let reply = ControlReply(to: self)
        self.reply = reply
        do {
            answer(try ControlRequest(decoding: line), reply)
        } catch {
            reply.send(.error(error))
        }
    }

    private func write(_ answer: ControlAnswer) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            output += Array(try encoder.encode(answer)) + [UInt8(ascii: "\n")]
        } catch {
            preconditionFailure("plain values can be encoded: \(error)")
        }
    }
}

extension ControlRequest {
    /// The request of a line.
    package init(decoding line: [UInt8]) throws(StartupFailure) {
        do {
            self = try JSONDecoder().decode(ControlRequest.self, from: Data(line))
        } catch let failure as StartupFailure {
            throw failure
        } catch {
            throw Self.invalid("it is no JSON", remedy: "send an object such as {\"command\":\"status\"}")
        }
    }
}
