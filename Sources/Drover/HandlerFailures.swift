private import EventLoop
private import Glibc
private import Linux

/// Tells the operator of handlers that throw: a client may be able to make one throw at any rate, so not of all.
@LoopActor
enum HandlerFailures {
    private static var rate = RateLimit(perSecond: 5)
    private static var untold: UInt64 = 0

    static func report(_ error: any Error, of peer: String) {
        guard rate.allows(at: .now) else {
            untold += 1
            return
        }
        let more = untold > 0 ? "; \(untold) more were not told" : ""
        untold = 0
        let line =
            "drover: worker \(getpid()): the handler of a connection from \(peer) failed: \(error)\(more)"
        // What is thrown may have a client's text in it; it cannot break the line.
        StandardStream.error.write(line: String(line.map { $0.isNewline ? " " : $0 }))
    }
}
