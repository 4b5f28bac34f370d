import ArgumentParser
import Control

/// `drover stop`
struct StopPool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stop", abstract: "Stop a running pool, as SIGTERM does.",
        discussion: """
            Connections are closed, with the pool's code and reason. Workers go on for some seconds to tell clients that \
            have not heard of it. Returns when the pool has begun to stop.
            """)

    @Flag(help: "Do not wait for clients to have heard of it.")
    var now = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.order(.stop(now: now), done: "the pool stops", waits: false)
    }
}
