import Control
import Linux
import QUICLB
import TLS

/// Keeps the development certificate in the state directory, so that clients that trust it go on doing so
/// over restarts, and makes a new one before it expires.
struct DevelopmentCertificateStore {
    /// A certificate that expires sooner is replaced.
    private static let renewBefore = Duration.seconds(2 * 86_400)

    let directory: StateDirectory

    /// The certificate alone, for clients to trust.
    static func certificatePath(in directory: String) -> String { "\(directory)/dev-cert.pem" }
    var certificatePath: String { Self.certificatePath(in: directory.path) }
    /// Certificate and key in one file, replaced in one step: the two are of one age even after a crash.
    private var pairPath: String { "\(directory.path)/dev-cert-and-key.pem" }

    /// The kept certificate if it is good for long enough, else a new one, which is kept unless nothing may be changed.
    func certificate() throws(StartupFailure) -> CertificatePair {
        if let kept = load() {
            // Somebody may have removed it, or a crash come before it was written.
            if (try? File.contents(of: certificatePath)) != kept.chain {
                try save(kept.chain, at: certificatePath)
            }
            return kept
        }
        let pair = try Self.make()
        try save(pair.chain + pair.privateKey, at: pairPath)
        try save(pair.chain, at: certificatePath)
        return pair
    }

    /// Nil where there is none that is good for long enough; what cannot be read is none, either.
    private func load() -> CertificatePair? {
        guard let contents = try? File.contents(of: pairPath),
            let remaining = try? certificateRemainingValidity(contents), remaining > Self.renewBefore,
            // The certificate comes first, and PEM readers skip what they do not look for.
            let pair = CertificatePair(splitting: contents)
        else { return nil }
        return pair
    }

    private static func make() throws(StartupFailure) -> CertificatePair {
        do {
            let certificate = try DevelopmentCertificate()
            return CertificatePair(
                chain: certificate.certificateChainPEM, privateKey: certificate.privateKeyPEM)
        } catch {
            throw StartupFailure(
                .internal, "development certificate: \(error.operation)", why: error.reason,
                remedy: error.advice)
        }
    }

    private func save(_ contents: [UInt8], at path: String) throws(StartupFailure) {
        if directory.isReadOnly { return }
        do {
            try File.replace(path, with: contents, mode: 0o600)
        } catch {
            throw StartupFailure(
                unusable: "state directory \(directory.path)", option: "--state-dir", error)
        }
    }

    /// What a browser is given to trust the certificate by, in hexadecimal.
    static func fingerprint(of chain: [UInt8]) throws(StartupFailure) -> String {
        do {
            return Hexadecimal.encode(try certificateFingerprint(chain))
        } catch {
            throw StartupFailure(.internal, "development certificate: \(error.operation)", why: error.reason)
        }
    }
}

extension CertificatePair {
    private static let keyMarker = Array("-----BEGIN PRIVATE KEY-----".utf8)

    /// Takes a chain and the key that follows it apart; nil where there is no key.
    fileprivate init?(splitting contents: [UInt8]) {
        let marker = Self.keyMarker
        let starts = contents.indices.dropLast(marker.count - 1)
        guard let start = starts.first(where: { contents[$0...].starts(with: marker) }) else { return nil }
        self.init(chain: Array(contents[..<start]), privateKey: Array(contents[start...]))
    }
}
