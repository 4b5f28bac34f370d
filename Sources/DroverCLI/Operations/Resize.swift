import ArgumentParser
import Control
import Linux

/// `drover resize`
struct Resize: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Change how many workers a running pool has.",
        discussion: """
            Established connections are kept. To have fewer workers, those with the fewest connections drain: they \
            take nothing new, and end when their connections have, or at the timeout, which closes what is left. \
            The newest wish counts: a draining worker is taken back first.
            """)

    @Argument(
        help: ArgumentHelp("How many workers, 1 to 256; or how many more or fewer.", valueName: "n|+k|-k"),
        transform: Parsing.workerCountChange)
    var workers: WorkerCountChange

    @OptionGroup var draining: DrainOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.change(
            .resize(workers, drainTimeout: draining.drainTimeout, waits: waiting.wait), waits: waiting.wait)
    }
}
