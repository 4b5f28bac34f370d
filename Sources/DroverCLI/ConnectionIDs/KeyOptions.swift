import ArgumentParser
import Control
import Linux
import QUICLB

/// The key of connection IDs.
struct KeyOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            The key, 32 hexadecimal digits; without one, connection IDs are in plaintext. Every user of the host can \
            read it in the list of processes while the command runs: --key-file keeps it from them.
            """,
            valueName: "hex"))
    var key: String?

    @Option(
        help: ArgumentHelp(
            "A file with the key, 32 hexadecimal digits, that only its owner can read.", valueName: "file"),
        completion: .file())
    var keyFile: String?

    func validate() throws {
        if key != nil, keyFile != nil { throw ValidationError("--key and --key-file: give one of them") }
    }

    /// Nil where there is neither option.
    func read() throws -> Configuration.Key? {
        if let key {
            // Parsed here, as a transformation that fails has the text in its error.
            guard let key = Self.parse(key) else {
                throw CommandFailure(.usage, "--key: it is no key; give 32 hexadecimal digits")
            }
            return key
        }
        return try keyFile.map { try Self.read($0) }
    }

    private static func parse(_ digits: some StringProtocol) -> Configuration.Key? {
        Hexadecimal.decode(digits).flatMap(Configuration.Key.init)
    }

    /// - Parameter option: which names the file, for errors.
    static func read(
        _ path: String, option: String = "--key-file"
    ) throws(StartupFailure) -> Configuration.Key {
        let octets = try SecretFile.read(path, option: option, octets: Configuration.Key.length)
        return Configuration.Key(octets)!
    }
}
