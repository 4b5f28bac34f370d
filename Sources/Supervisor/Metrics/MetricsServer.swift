import Control
import EventLoop
import Linux
import Logging

/// Serves the pool's metrics over HTTP to whoever asks at an address. Confined to the loop's thread, it never waits: a
/// client costs a bounded amount of memory and time, whatever it does.
final class MetricsServer {
    static let maximumClients = 16
    /// Those who ask more often are told the same again: of a large pool the text costs ten milliseconds or so.
    static let textsPerSecond: UInt64 = 20
    static let path = "/metrics"

    /// What it listens on, the port chosen.
    let address: SocketAddress
    private let listener: ClientListener<MetricsClient>

    /// - Parameters:
    ///   - patience: how long a client may take to ask, and again to take the answer.
    ///   - metrics: the pool's, now, as text.
    init(
        _ wanted: SocketAddress, loop: EventLoop, log: Logger, patience: Duration = .seconds(10),
        metrics: @escaping () -> String
    ) throws(StartupFailure) {
        var rate = RateLimit(perSecond: Self.textsPerSecond)
        var text: String?
        let latest = {
            if let text, !rate.allows(at: .now) { return text }
            let new = metrics()
            text = new
            return new
        }
        do throws(Errno) {
            let socket = try StreamSocket(listening: wanted, backlog: 128)
            address = try socket.fileDescriptor.boundAddress()
            listener = try ClientListener(
                "metrics \(address)", socket, maximumClients: Self.maximumClients, loop: loop,
                log: log
            ) { connection, onEnd in
                MetricsClient(
                    connection, loop: loop, patience: patience,
                    answer: { Self.response(to: $0, latest) }, onEnd: onEnd)
            }
        } catch {
            throw StartupFailure(listeningOn: wanted, option: "--metrics", error)
        }
    }

    /// Takes no more connections, and ends those that are there.
    func close() { listener.close() }

    static func response(to request: HTTPRequest, _ metrics: () -> String) -> HTTPResponse {
        guard request.path == path else { return HTTPResponse(.notFound, "There is \(path) here.\n") }
        guard ["GET", "HEAD"].contains(request.method) else {
            var response = HTTPResponse(.methodNotAllowed, "Only to be read.\n")
            response.allowedMethods = "GET, HEAD"
            return response
        }
        var response = HTTPResponse(.ok, metrics())
        response.contentType = MetricsText.contentType
        response.isHeadOnly = request.method == "HEAD"
        return response
    }
}
