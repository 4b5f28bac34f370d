private import EventLoop
private import Logging
private import Logs
internal import Transport
private import Worker

/// Tells the operator of handlers that throw: a client may be able to make one throw at any rate, so not of all.
@LoopActor
enum HandlerFailures {
    private static var limited = LimitedLog(perSecond: 5)

    static func report(_ error: any Error, of connection: Transport.Connection) {
        guard let worker = Worker.current else { return }
        let id = connection.firstID.map { "\($0)" } ?? ""
        limited.log(
            "handler failed", level: .warning,
            metadata: ["connection": "\(id)", "peer": "\(connection.remoteAddress)", "error": "\(error)"],
            to: worker.log, at: .now)
    }
}
