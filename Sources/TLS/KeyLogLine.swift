/// A line of the key log that OpenSSL hands out: `label SP client random SP secret`, both in
/// hexadecimal. The one place where OpenSSL 3.0 shows its traffic secrets.
struct KeyLogLine {
    enum Label: CaseIterable {
        case clientHandshake
        case serverHandshake
        case clientApplication
        case serverApplication

        /// Whether the client protects with it what it sends; the server otherwise.
        var isClients: Bool {
            switch self {
            case .clientHandshake, .clientApplication: true
            case .serverHandshake, .serverApplication: false
            }
        }

        var level: EncryptionLevel {
            switch self {
            case .clientHandshake, .serverHandshake: .handshake
            case .clientApplication, .serverApplication: .application
            }
        }

        var text: StaticString {
            switch self {
            case .clientHandshake: "CLIENT_HANDSHAKE_TRAFFIC_SECRET "
            case .serverHandshake: "SERVER_HANDSHAKE_TRAFFIC_SECRET "
            case .clientApplication: "CLIENT_TRAFFIC_SECRET_0 "
            case .serverApplication: "SERVER_TRAFFIC_SECRET_0 "
            }
        }
    }

    let label: Label
    private let secret: Slice<UnsafeRawBufferPointer>

    /// Nil for a label that QUIC has no use for.
    init?(_ line: UnsafeRawBufferPointer) {
        let label = Label.allCases.first { label in
            let text = UnsafeRawBufferPointer(
                start: label.text.utf8Start, count: label.text.utf8CodeUnitCount)
            return line.starts(with: text)
        }
        guard let label, let space = line.lastIndex(of: UInt8(ascii: " ")) else { return nil }
        self.label = label
        secret = line[(space + 1)...]
    }

    /// The secret, or nil if its length is not that of `suite`'s hash.
    func secret(of suite: CipherSuite) -> TrafficSecret? {
        guard secret.count == 2 * suite.hashLength else { return nil }
        return TrafficSecret(suite: suite) { output in
            var index = secret.startIndex
            for position in output.indices {
                output[position] = Self.nibble(secret[index]) << 4 | Self.nibble(secret[index + 1])
                index += 2
            }
        }
    }

    private static func nibble(_ digit: UInt8) -> UInt8 {
        digit <= UInt8(ascii: "9") ? digit & 0x0f : (digit & 0x0f) + 9
    }
}
