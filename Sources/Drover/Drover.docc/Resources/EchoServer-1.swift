import Drover

@main
struct EchoServer {
    static func main() throws {
        var options = PoolOptions(certificate: .development)
        options.listen = ["127.0.0.1:4433"]
        options.workers = .exactly(2)
        options.stateDirectory = ".state"
        try Pool(options, handler: Echo.handle).run()
    }
}
