import ArgumentParser
import Control
import Drover
import QUICLB

/// What the pool proves its name with, and clients theirs.
struct CertificateArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A certificate chain, in PEM or DER. Several add up: clients get the one for the host that they name, or the first.",
            valueName: "file"),
        completion: .file())
    var cert: [String] = []

    @Option(
        help: ArgumentHelp(
            "The private key of the --cert at the same place, in PEM or DER, not encrypted.",
            valueName: "file"),
        completion: .file())
    var key: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help: "Use a self-signed certificate for localhost, kept in the state directory.")
    var devCert = false

    @Option(
        help: ArgumentHelp(
            "Ask clients for certificates: off, optional or required. (default: off)", valueName: "mode"),
        completion: .choices(of: TLSOptions.ClientCertificates.self),
        transform: Parsing.choice)
    var clientCertificates = TLSOptions.ClientCertificates.off

    @Option(
        help: ArgumentHelp("Who has to have signed clients' certificates, in PEM.", valueName: "file"),
        completion: .file())
    var clientCA: String?

    @Option(
        help: ArgumentHelp(
            """
            A file with external pre-shared keys, that only its owner can read: a line each, the identity, a colon and \
            the key in hexadecimal.
            """,
            valueName: "file"),
        completion: .file())
    var pskFile: String?

    @Option(
        help: ArgumentHelp(
            "Add the secrets of all connections to this file, for debugging. (default: SSLKEYLOGFILE, if set)",
            valueName: "file"),
        completion: .file())
    var keyLog: String?

    func certificates() throws -> [PoolOptions.Certificate] {
        if devCert {
            guard cert.isEmpty, key.isEmpty else {
                throw StartupFailure(
                    .usage, "--dev-cert", why: "it excludes --cert and --key", remedy: "give one of them")
            }
            return [.development]
        }
        if cert.count > key.count {
            throw StartupFailure(.usage, "--cert", why: "it has no private key", remedy: "give --key, too")
        }
        if cert.count < key.count {
            throw StartupFailure(.usage, "--key", why: "it has no certificate", remedy: "give --cert, too")
        }
        guard !cert.isEmpty else {
            throw StartupFailure(
                .usage, "certificate", why: "there is none", remedy: "give --cert and --key, or --dev-cert")
        }
        return zip(cert, key).map { .files(chain: $0, privateKey: $1) }
    }

    func apply(to options: inout PoolOptions) throws {
        options.moreCertificates = Array(try certificates().dropFirst())
        switch (clientCertificates, clientCA) {
        case (.off, nil): break
        case (.off, _?):
            throw StartupFailure(
                .usage, "--client-ca", why: "clients are asked for no certificates",
                remedy: "give --client-certificates optional or required, too")
        case (.optional, let path?): options.clientCertificates = .optional(authorities: path)
        case (.required, let path?): options.clientCertificates = .required(authorities: path)
        case (.optional, nil), (.required, nil):
            throw StartupFailure(
                .usage, "--client-certificates \(clientCertificates.rawValue)",
                why: "nobody can have signed them", remedy: "give --client-ca, too")
        }
        options.keyLog = keyLog
        if let pskFile { options.preSharedKeys = try Self.keys(in: pskFile) }
    }

    private static func keys(in path: String) throws -> [[UInt8]: [UInt8]] {
        var keys: [[UInt8]: [UInt8]] = [:]
        for line in try SecretFile.text(path, option: "--psk-file").split(whereSeparator: \.isNewline) {
            guard let colon = line.lastIndex(of: ":"),
                let key = Hexadecimal.decode(line[line.index(after: colon)...])
            else {
                throw StartupFailure(
                    .configuration, "--psk-file \(path)",
                    why: "a line is not an identity, a colon and hexadecimal digits")
            }
            keys[Array(line[..<colon].utf8)] = key
        }
        return keys
    }
}
