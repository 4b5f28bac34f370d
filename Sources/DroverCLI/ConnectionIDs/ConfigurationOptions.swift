import ArgumentParser
import QUICLB

/// How connection IDs are made.
struct ConfigurationOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The configuration's codepoint, 0 to 6.", valueName: "n"),
        transform: Parsing.configurationID)
    var configID: ConfigurationID

    @Option(help: ArgumentHelp("The octets of the server ID, 1 to 15: host ID and slot.", valueName: "n"))
    var serverIDLength: Int

    @Option(help: ArgumentHelp("The octets of the nonce, 4 to 18.", valueName: "n"))
    var nonceLength: Int

    @Option(
        help: ArgumentHelp(
            "What the low bits of the first octet are: length or random. (default: length)",
            valueName: "bits"),
        completion: .list(["length", "random"]),
        transform: Parsing.firstOctet)
    var firstOctet = Configuration.FirstOctet.encodesLength

    @OptionGroup var key: KeyOptions

    @Flag(help: "Print JSON.")
    var json = false

    func configuration() throws -> Configuration {
        let key = try key.read()
        do {
            return try Configuration(
                id: configID, key: key, serverIDLength: serverIDLength, nonceLength: nonceLength,
                firstOctet: firstOctet)
        } catch {
            throw CommandFailure(.usage, "--server-id-length and --nonce-length: \(error)")
        }
    }
}
