/// The built-in `echo` application: each stream's octets go back to the client.
public enum Echo {
    /// The ALPN name.
    public static let applicationProtocol = "echo"

    /// Serves one connection.
    @LoopActor
    public static func handle(_ connection: Connection) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await stream in connection.streams {
                group.addTask { await echo(stream) }
            }
        }
    }

    @LoopActor
    private static func echo(_ stream: Stream) async {
        do {
            while let octets = try await stream.read() {
                if stream.isBidirectional { try await stream.write(octets) }
            }
            stream.finish()
        } catch {
            // The client gave up on the stream, or on the connection.
            stream.reset(code: 0)
        }
    }
}
