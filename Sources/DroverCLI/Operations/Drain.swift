import ArgumentParser
import Control
import QUICLB

/// `drover drain`
struct Drain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give up one slot of a running pool.",
        discussion: """
            Its worker takes nothing new, serves what it has, and ends when that has ended, or at the timeout, which \
            closes what is left. The pool has one worker fewer then; drover undrain takes the slot back as long as it drains.
            """)

    @Argument(help: "The slot, as drover status shows it.", transform: Parsing.slot)
    var slot: Slot

    @OptionGroup var draining: DrainOptions
    @OptionGroup var waiting: WaitOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.change(
            .drain(slot, timeout: draining.drainTimeout, waits: waiting.wait), waits: waiting.wait)
    }
}

/// `drover undrain`
struct Undrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Take a draining slot of a running pool back.")

    @Argument(help: "The slot, as drover status shows it.", transform: Parsing.slot)
    var slot: Slot

    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.change(.undrain(slot), waits: false)
    }
}
