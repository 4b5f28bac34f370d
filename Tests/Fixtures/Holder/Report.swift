import Drover
import Foundation

/// What the client says: one JSON object a line on standard output. Times are seconds of the host's monotonic clock, as
/// Python's time.monotonic() tells it.
@LoopActor
enum Report {
    private struct State: Encodable {
        let index: Int
        let verified: Int
        let corrupt: Bool
        let lost: Bool
        let rebinds: Int
        let longestWait: Double
    }

    private struct States: Encodable {
        let event: String
        let time: Double
        let connections: [State]
    }

    private struct Failure: Encodable {
        var event = "lost"
        let index: Int
        let verified: Int
        let reason: String
        let text: String
        /// When the connection sent its latest message.
        let sent: Double
        let time: Double
    }

    private struct Visit: Encodable {
        var event = "visit"
        let begun: Double
        let handshake: Double
        let failure: String?
    }

    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    static func connections(_ event: String, _ held: [HeldConnection]) {
        let states = held.map {
            State(
                index: $0.index, verified: $0.verified, corrupt: $0.corrupt, lost: !$0.isUp,
                rebinds: $0.rebinds, longestWait: $0.longestWait)
        }
        write(States(event: event, time: now, connections: states))
    }

    static func failure(of connection: HeldConnection, sent: Double, _ error: any Error) {
        write(
            Failure(
                index: connection.index, verified: connection.verified, reason: reason(error),
                text: "\(error)", sent: sent, time: now))
    }

    /// As hold.py calls it.
    private static func reason(_ error: any Error) -> String {
        switch (error as? QUICError)?.code {
        case .statelessReset: "stateless_reset"
        case .timedOut: "idle_timeout"
        case .closedByPeer: "closed"
        default: "other"
        }
    }

    static func visit(begun: Double, handshake: Double, failure: String?) {
        write(Visit(begun: begun, handshake: handshake, failure: failure))
    }

    private static func write(_ event: some Encodable) {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do {
            try FileHandle.standardOutput.write(contentsOf: encoder.encode(event) + Data("\n".utf8))
        } catch {
            // Who drives the client has gone.
            exit(1)
        }
    }
}
