import Drover

/// A connection that is made to see whether it can be: handshake, one octet there and back, and the end.
@LoopActor
struct Visit {
    private let begun = Report.now

    func make(to server: Server) async {
        do {
            let connection = try await server.connect()
            let handshake = Report.now - begun
            let stream = try await connection.openStream()
            try await stream.write([7])
            stream.finish()
            while try await stream.read() != nil {}
            await connection.closeWhenFlushed()
            Report.visit(begun: begun, handshake: handshake, failure: nil)
        } catch {
            Report.visit(begun: begun, handshake: Report.now - begun, failure: "\(error)")
        }
    }
}
