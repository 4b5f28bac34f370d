/// The built-in `echo` application: each stream's octets go back to the client, and each datagram.
public enum Echo {
    /// The ALPN name.
    public static let applicationProtocol = "echo"

    /// Serves one connection.
    @LoopActor
    public static func handle(_ connection: Connection) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            group.addTask { try await echoDatagrams(connection) }
            for try await stream in connection.streams {
                group.addTask { await echo(stream) }
            }
        }
    }

    @LoopActor
    private static func echoDatagrams(_ connection: Connection) async throws {
        for try await datagram in connection.datagrams {
            // One that cannot go back is lost, as datagrams are.
            _ = try? connection.send(datagram: datagram)
        }
    }

    @LoopActor
    private static func echo(_ stream: Stream) async {
        // A stream of one direction has no way back: it is let go of.
        guard stream.isBidirectional else { return }
        do {
            while let octets = try await stream.read() { try await stream.write(octets) }
            stream.finish()
        } catch {
            // The client gave up on one direction, or on the connection: the other is of no use.
            stream.reset(code: 0)
        }
    }
}
