import ArgumentParser
import Control

/// How long slots that go may serve what they have.
struct DrainOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Close what a draining worker has after this time. (default: 5m)", valueName: "time"),
        transform: Parsing.duration)
    var drainTimeout = ControlRequest.defaultDrainTimeout
}

/// Whether a command returns when the pool has taken the wish, or when it has come true.
struct WaitOptions: ParsableArguments {
    @Flag(help: "Wait until it is done, and show how far it is; fail where it does not get there.")
    var wait = false
}
