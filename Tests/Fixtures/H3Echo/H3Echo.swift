import Drover
import QUICLB

/// A pool that answers every HTTP/3 request with its own body, for clients that speak no other
/// protocol than `h3`. It uses what the tests need of RFC 9114, and only Drover's public API.
///
///     h3-echo LISTEN WORKERS HOST-ID CONNECTION-ID-KEY RUN-DIRECTORY STATE-DIRECTORY VALIDATION [PREFERRED [TRACE [isolated]]]
///
/// VALIDATION of addresses is never, always or auto; PREFERRED is an address for clients to go on at, or `-`; TRACE the
/// file of an event trace, or `-`. Where it is isolated, its handlers may make no connections.
@main
struct H3Echo {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst()
        guard (7...10).contains(arguments.count), let address = Endpoint(arguments[1]),
            let workers = Int(arguments[2]),
            let hostID = Hexadecimal.decode(arguments[3]).flatMap({ HostID($0) }),
            let key = Hexadecimal.decode(arguments[4]).flatMap({ Configuration.Key($0) }),
            let validation = AddressValidationOptions.Mode(rawValue: arguments[7])
        else {
            fatalError(
                "usage: h3-echo LISTEN WORKERS HOST-ID CONNECTION-ID-KEY RUN-DIRECTORY STATE-DIRECTORY VALIDATION"
            )
        }
        var options = PoolOptions(certificate: .development)
        options.listen = [address]
        options.workers = .exactly(workers)
        options.hostID = hostID
        options.applicationProtocols = ["h3", "fail", "inspect", "trespass"]
        options.connectionIDs = .keyed(key: key)
        options.addressValidation.mode = validation
        if arguments.count > 7, arguments[8] != "-" { options.preferredAddresses = [Endpoint(arguments[8])!] }
        if arguments.count > 8, arguments[9] != "-" { options.eventTrace = arguments[9] }
        if arguments.count > 9 { options.allowsOutgoingConnections = false }
        options.runDirectory = arguments[5]
        options.stateDirectory = arguments[6]
        options.onReady = Inspection.announce
        try Pool(options, handler: serve).run()
    }

    /// What the handler throws for clients that want it to, by their protocol.
    private struct WantedFailure: Error {}

    @LoopActor
    private static func serve(_ connection: Connection) async throws {
        switch connection.applicationProtocol {
        case "fail": throw WantedFailure()
        case "inspect": return try await Inspection.serve(connection)
        case "trespass": return try await Trespass.serve(connection)
        default: break
        }
        // RFC 9114 §6.2.1: the control stream stays open as long as the connection.
        let control = try await connection.openUnidirectionalStream()
        try await control.write(HTTP3Frame.controlStreamOpening)
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await sayGoodbye(connection, on: control) }
            for try await stream in connection.streams {
                group.addTask {
                    if stream.isBidirectional {
                        try await echoRequest(on: stream)
                    } else {
                        try await discard(stream)
                    }
                }
            }
        }
    }

    /// Tells the client when the worker drains.
    @LoopActor
    private static func sayGoodbye(_ connection: Connection, on control: Stream) async throws {
        try await connection.waitUntilGoingAway()
        try await control.write(HTTP3Frame.goAway)
    }

    /// Reads the client's control and QPACK streams, which must not be stopped (RFC 9114 §6.2.1).
    @LoopActor
    private static func discard(_ stream: Stream) async throws {
        while try await stream.read() != nil {}
    }

    /// Answers with the body as it arrives: the next piece is read when this one is written.
    @LoopActor
    private static func echoRequest(on stream: Stream) async throws {
        var frames = FrameReader()
        try await stream.write(HTTP3Frame.okHeaders)
        while let chunk = try await stream.read() {
            for piece in frames.dataPayload(in: chunk) {
                try await stream.write(HTTP3Frame.data(piece))
            }
        }
        stream.finish()
    }
}
