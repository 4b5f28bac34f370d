import ArgumentParser
import Control
import Drover
import QUICLB

/// How a pool's connection IDs look.
struct PoolConnectionIDOptions: ParsableArguments {
    @Option(
        name: .customLong("connection-ids"),
        help: ArgumentHelp(
            """
            How connection IDs look: keyed, encrypted; plaintext; or aws-nlb, plaintext with a host ID of 8 octets. \
            (default: keyed)
            """,
            valueName: "preset"),
        completion: .choices(of: ConnectionIDOptions.Preset.self),
        transform: Parsing.preset)
    var preset = ConnectionIDOptions.Preset.keyed

    @Option(
        help: ArgumentHelp(
            "Octets of a connection ID, up to 20. (default: 17, or 16 for aws-nlb)", valueName: "n"))
    var connectionIDLength: Int?

    @Option(
        name: .customLong("connection-id-key"),
        help: ArgumentHelp(
            """
            A file with the key of connection IDs, 32 hexadecimal digits, that only its owner can read. (default: the \
            pool makes its own)
            """,
            valueName: "file"),
        completion: .file())
    var keyFile: String?

    @Option(
        help: ArgumentHelp(
            "The codepoint of the first configuration of connection IDs, 0 to 6. (default: 0)",
            valueName: "n"),
        transform: Parsing.configurationID)
    var configID = ConfigurationID(rawValue: 0)!

    func options() throws -> ConnectionIDOptions {
        ConnectionIDOptions(
            preset: preset, length: connectionIDLength,
            key: try keyFile.map { try KeyOptions.read($0, option: "--connection-id-key") },
            configurationID: configID)
    }
}
