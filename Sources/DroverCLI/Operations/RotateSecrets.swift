import ArgumentParser
import Control

/// `drover rotate-secrets`
struct RotateSecrets: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-secrets",
        abstract: "Make session tickets and tokens by new keys from now on.",
        discussion: """
            What was made by the keys before them is good until the next rotation, which comes by itself each day. To have \
            nothing of before be good, as when keys were disclosed, rotate twice.
            """)

    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.order(.rotateSecrets, done: "tickets and tokens are made by new keys", waits: false)
    }
}
