import Drover

@main
struct EchoServer {
    static func main() throws {
        var options = PoolOptions(certificate: .development)
        options.listen = ["127.0.0.1:4433"]
        options.workers = .exactly(2)
        options.stateDirectory = ".state"
        try Pool(options, handler: serve).run()
    }

    @LoopActor
    static func serve(_ connection: Connection) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await stream in connection.streams where stream.isBidirectional {
                group.addTask { await echo(stream) }
            }
        }
    }

    @LoopActor
    static func echo(_ stream: Stream) async {
        do {
            while let octets = try await stream.read() {
                try await stream.write(octets)
            }
            stream.finish()
        } catch {
            // The client gave up on one direction, or on the connection: the other is of no use.
            stream.reset(code: 0)
        }
    }
}
