import ArgumentParser
import Control
import Linux

/// `drover upgrade`
struct Upgrade: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have another release of drover go on with a running pool, as SIGUSR2 does.",
        discussion: """
            The new program takes the place of the supervisor's, in the same process, and starts workers in free slots; when \
            they are ready, those of before drain. Established connections are kept. Where the new program or its workers do \
            not start, the pool goes on as it was.
            """)

    @Option(
        help: ArgumentHelp(
            "The new program. (default: what is now at the path that the pool was started from)",
            valueName: "file"),
        completion: .file())
    var binary: String?

    @OptionGroup var draining: DrainOptions
    @OptionGroup var control: ControlOptions

    func run() throws {
        let request = ControlRequest.upgrade(binary: binary, drainTimeout: draining.drainTimeout)
        try control.ask(request, waits: true) { answer, line in
            guard case .upgrade(let upgrade) = answer, !control.json else {
                return StandardStream.output.write(line: line)
            }
            StandardStream.output.write(
                line:
                    "release \(upgrade.release) serves; slots that started: \(ChangeText.list(upgrade.started)); "
                    + "slots that drain: \(ChangeText.list(upgrade.draining))")
        }
    }
}
