import EventLoop
import Linux

/// One connection to the metrics server: a request, its answer, and the end.
final class MetricsClient: ListenerClient {
    /// The longest head of a request, in octets.
    static let maximumHead = 8 * 1024
    /// How long it may go on sending when it has its answer.
    private static let farewell = Duration.seconds(1)

    private enum Phase {
        case asking
        case answering
        /// The answer is sent, and what still comes is thrown away until the client has closed, too: to close before
        /// that might reset the connection, and cost the client the answer (RFC 9112 §9.6).
        case leaving
    }

    private let connection: StreamSocket
    private let loop: EventLoop
    private let patience: Duration
    private let answer: (HTTPRequest) -> HTTPResponse
    private let onEnd: (MetricsClient) -> Void
    private var phase = Phase.asking
    private var source: EventSource!
    private var deadline: Timer!
    private var request: [UInt8] = []
    private var response: [UInt8] = []

    init(
        _ connection: consuming StreamSocket, loop: EventLoop, patience: Duration,
        answer: @escaping (HTTPRequest) -> HTTPResponse, onEnd: @escaping (MetricsClient) -> Void
    ) {
        self.connection = connection
        self.loop = loop
        self.patience = patience
        self.answer = answer
        self.onEnd = onEnd
        source = EventSource(fileDescriptor: self.connection.rawValue) { [unowned self] _ in proceed() }
        deadline = Timer { [unowned self] in end() }
    }

    func start() throws(Errno) {
        try loop.add(source, for: .readable)
        loop.set(deadline, to: .now + patience)
    }

    func close() {
        loop.remove(source)
        loop.clear(deadline)
    }

    private func end() {
        close()
        onEnd(self)
    }

    /// Does one thing at a time: who sends without end does not keep others waiting.
    private func proceed() {
        do throws(Errno) {
            switch phase {
            case .asking: try receive()
            case .answering: try send()
            case .leaving: try discard()
            }
        } catch {
            end()
        }
    }

    private func receive() throws(Errno) {
        let limit = Self.maximumHead - request.count
        guard let count = try connection.receive(limit, appendingTo: &request) else { return }
        if count == 0 { return end() }
        switch HTTPRequest.parse(request) {
        case .complete(let request): try respond(answer(request))
        case .malformed: try respond(HTTPResponse(.badRequest, "This is no HTTP/1.1 request.\n"))
        case .incomplete where request.count == Self.maximumHead:
            try respond(HTTPResponse(.requestHeaderFieldsTooLarge, "The head is too long.\n"))
        case .incomplete: break
        }
    }

    private func respond(_ response: HTTPResponse) throws(Errno) {
        self.response = response.encoded(at: .now)
        phase = .answering
        loop.set(deadline, to: .now + patience)
        try loop.modify(source, for: .writable)
        try send()
    }

    private func send() throws(Errno) {
        guard try connection.send(removingFrom: &response) else { return }
        try connection.finishSending()
        phase = .leaving
        loop.set(deadline, to: .now + Self.farewell)
        try loop.modify(source, for: .readable)
    }

    private func discard() throws(Errno) {
        request = []
        if try connection.receive(Self.maximumHead, appendingTo: &request) == 0 { end() }
    }
}
