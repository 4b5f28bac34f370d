import ArgumentParser
import Control
import Drover
import Linux
import QUICLB

/// What the pool proves its name with, and clients theirs.
struct CertificateArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A certificate chain, in PEM or DER. Several add up: clients get the one for the host that they name, or the first.",
            valueName: "file"))
    var cert: [String] = []

    @Option(
        help: ArgumentHelp(
            "The private key of the --cert at the same place, in PEM or DER, not encrypted.",
            valueName: "file"))
    var key: [String] = []

    @Flag(help: "Use a self-signed certificate for localhost, kept in the state directory.")
    var devCert = false

    @Option(
        help: ArgumentHelp(
            "Ask clients for certificates: off, optional or required. (default: off)", valueName: "mode"),
        transform: Parsing.choice)
    var clientCertificates = TLSOptions.ClientCertificates.off

    @Option(
        help: ArgumentHelp("Who has to have signed clients' certificates, in PEM.", valueName: "file"))
    var clientCA: String?

    @Option(
        help: ArgumentHelp(
            """
            A file with external pre-shared keys, that only its owner can read: a line each, the identity, a colon and \
            the key in hexadecimal.
            """,
            valueName: "file"))
    var pskFile: String?

    @Option(
        help: ArgumentHelp(
            "Add the secrets of all connections to this file, for debugging. (default: SSLKEYLOGFILE, if set)",
            valueName: "file"))
    var keyLog: String?

    func validate() throws {
        _ = try certificates()
        switch (clientCertificates, clientCA) {
        case (.off, _?):
            throw ValidationError("--client-ca: give --client-certificates optional or required, too")
        case (.optional, nil), (.required, nil):
            throw ValidationError(
                "--client-certificates \(clientCertificates.rawValue): give --client-ca, too")
        default: break
        }
    }

    func certificates() throws -> [PoolOptions.Certificate] {
        if devCert {
            guard cert.isEmpty, key.isEmpty else {
                throw ValidationError("--dev-cert: it excludes --cert and --key: give one of them")
            }
            return [.development]
        }
        if cert.count > key.count { throw ValidationError("--cert: it has no private key: give --key, too") }
        if cert.count < key.count { throw ValidationError("--key: it has no certificate: give --cert, too") }
        guard !cert.isEmpty else {
            throw ValidationError("no certificate: give --cert and --key, or --dev-cert")
        }
        return zip(cert, key).map { .files(chain: $0, privateKey: $1) }
    }

    func apply(to options: inout PoolOptions) throws {
        options.moreCertificates = Array(try certificates().dropFirst())
        switch (clientCertificates, clientCA) {
        case (.optional, let path?): options.clientCertificates = .optional(authorities: path)
        case (.required, let path?): options.clientCertificates = .required(authorities: path)
        default: break
        }
        options.keyLog = keyLog ?? Host.environment("SSLKEYLOGFILE")
        if let pskFile { options.preSharedKeys = try Self.keys(in: pskFile) }
    }

    private static func keys(in path: String) throws -> [[UInt8]: [UInt8]] {
        var keys: [[UInt8]: [UInt8]] = [:]
        for line in try SecretFile.text(path, option: "--psk-file").split(whereSeparator: \.isNewline) {
            guard let colon = line.lastIndex(of: ":"),
                let key = Hexadecimal.decode(line[line.index(after: colon)...])
            else {
                throw CommandFailure(
                    .configuration,
                    "--psk-file \(path): a line is not an identity, a colon and hexadecimal digits")
            }
            keys[Array(line[..<colon].utf8)] = key
        }
        return keys
    }
}
