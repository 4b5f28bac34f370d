import ArgumentParser
import Control
import Linux

/// `drover status`
struct ShowStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what a running pool does, slot by slot.")

    @OptionGroup var control: ControlOptions

    func run() throws {
        let (answer, line) = try control.ask(.status)
        guard case .status(let status) = answer, !control.json else {
            return StandardStream.output.write(line: line)
        }
        for line in StatusTable(status).lines { StandardStream.output.write(line: line) }
    }
}
