import QUICLB

/// What is measured of each algorithm of QUIC-LB: its usual lengths.
enum Algorithm: String, CaseIterable {
    case plaintext
    case singlePass = "single-pass"
    case fourPass3 = "four-pass, 3 AES"
    case fourPass4 = "four-pass, 4 AES"

    var codec: PoolCodec {
        let (host, nonce): (Int, Int) =
            switch self {
            case .plaintext, .singlePass: (1, 14)
            case .fourPass3: (2, 7)
            case .fourPass4: (8, 5)
            }
        let configuration = try! Configuration(
            id: ConfigurationID(rawValue: 2)!, key: self == .plaintext ? nil : Configuration.Key(1...16),
            serverIDLength: host + 1, nonceLength: nonce)
        return try! PoolCodec(configuration: configuration, host: HostID([UInt8](repeating: 7, count: host))!)
    }
}
