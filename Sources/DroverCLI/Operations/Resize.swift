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
            drover status shows how far they are. The newest wish counts: a draining worker is taken back first.
            """)

    @Argument(help: "How many workers, 1 to 256.")
    var workers: Int

    @Option(
        help: ArgumentHelp(
            "Close what a draining worker has after this time. (default: 300)", valueName: "seconds"))
    var drainTimeout: Int?

    @OptionGroup var control: ControlOptions

    func run() throws {
        let timeout = drainTimeout.map { Duration.seconds($0) } ?? ControlRequest.defaultDrainTimeout
        let (answer, line) = try control.ask(.resize(workers: workers, drainTimeout: timeout))
        guard case .resize(let resize) = answer, !control.json else {
            return StandardStream.output.write(line: line)
        }
        let starting =
            resize.starting.isEmpty ? "none" : resize.starting.map(String.init).joined(separator: ", ")
        let draining =
            resize.draining.isEmpty ? "none" : resize.draining.map(String.init).joined(separator: ", ")
        StandardStream.output.write(
            line: "workers \(resize.workers); slots that start: \(starting); slots that drain: \(draining)")
    }
}
