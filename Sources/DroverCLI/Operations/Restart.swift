import ArgumentParser
import Control
import QUICLB

/// `drover restart`
struct Restart: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Put new workers in the place of a running pool's, one at a time.",
        discussion: """
            For each a worker is started in a free slot; when it is ready, the old one drains. Returns when the new ones are \
            ready: drover status shows how far the old ones are.
            """)

    @Argument(help: "The slot whose worker is replaced.", transform: Parsing.slot)
    var slot: Slot?

    @Flag(help: "Replace every worker.")
    var all = false

    @OptionGroup var draining: DrainOptions
    @OptionGroup var control: ControlOptions

    func validate() throws {
        guard (slot != nil) != all else { throw ValidationError("give a slot, or --all") }
    }

    func run() throws {
        try control.change(.restart(slot, drainTimeout: draining.drainTimeout), waits: true)
    }
}
