import ArgumentParser
import Control
import Linux
import QUICLB

/// `drover rotate-key`
struct RotateKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rotate-key",
        abstract: "Encrypt connection IDs with another key from now on.",
        discussion: """
            Connections go on, with new connection IDs. Load balancers must know the new configuration before: \
            drover lb-config shows the next key that the pool takes. Without --key-file that one is taken.
            """)

    @Option(
        help: ArgumentHelp(
            "Take the key in this file, 32 hexadecimal digits, that only its owner can read.",
            valueName: "file"),
        completion: .file())
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "Close connections that still use the former key after this time. (default: 1h)",
            valueName: "time"),
        transform: Parsing.duration)
    var grace = ControlRequest.defaultGrace

    @OptionGroup var control: ControlOptions

    func run() throws {
        let key = try keyFile.map { try KeyOptions.read($0) }
        let request = ControlRequest.rotateKey(
            key: key.map { Hexadecimal.encode($0.octets) },
            grace: grace)
        try control.ask(request) { answer, line in
            guard case .rotateKey(let rotation) = answer, !control.json else {
                return StandardStream.output.write(line: line)
            }
            StandardStream.output.write(
                line: "connection IDs are of configuration \(rotation.to) now, after \(rotation.from)")
        }
    }
}
