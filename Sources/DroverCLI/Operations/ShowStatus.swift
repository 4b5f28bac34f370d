import ArgumentParser
import Control
private import Glibc
import Linux

/// `drover status`
struct ShowStatus: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what a running pool does, slot by slot.")

    @Flag(help: "Show it again each second, until interrupted.")
    var watch = false

    @OptionGroup var control: ControlOptions

    func run() throws {
        var connection = try control.pool.connect()
        repeat {
            let (answer, line) = try connection.ask(.status)
            if case .error(let failure) = answer { throw failure }
            show(answer, line)
            if watch { sleep(1) }
        } while watch
    }

    private func show(_ answer: ControlAnswer, _ line: String) {
        guard case .status(let status) = answer, !control.json else {
            return StandardStream.output.write(line: line)
        }
        // ECMA-48: to the upper left corner, and erase what is there.
        let clear = watch ? "\u{1b}[H\u{1b}[2J" : ""
        StandardStream.output.write(line: clear + StatusTable(status).lines.joined(separator: "\n"))
    }
}
