private import EventLoop
private import JSONText
private import Linux
private import QUICLB

extension Connection {
    /// Events that are told of one connection: a peer could cause any number.
    private static let maximumTraceEvents = 10_000

    /// Tells of an event, where anybody wants to know: a line of JSON, with the time in milliseconds since 1970 and the
    /// connection by the first ID that this side chose.
    func trace(_ event: @autoclosure () -> TraceEvent) {
        guard context.trace != nil, tracedEvents < Self.maximumTraceEvents else { return }
        tracedEvents += 1
        write(tracedEvents == Self.maximumTraceEvents ? .truncated : event())
    }

    /// Tells of the end, however many events there were.
    func traceEnd(_ error: QUICError) {
        write(.closed(error))
    }

    private func write(_ event: TraceEvent) {
        guard let trace = context.trace else { return }
        let members = [
            JSON.Member("time", .number(Int(clamping: WallTime.now.milliseconds))),
            JSON.Member("connection", .string(firstID.map { "\($0)" } ?? "")),
            JSON.Member("event", .string(event.name)),
        ]
        trace(JSON.object(members + event.members).line)
    }

    func tracePacket(isSent: Bool, header: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer) {
        guard context.trace != nil else { return }
        let packet = TracedPacket(header: header, payload: payload)
        trace(isSent ? .packetSent(packet) : .packetReceived(packet))
    }
}
