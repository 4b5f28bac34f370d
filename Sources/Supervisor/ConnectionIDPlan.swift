import Control
import QUICLB

/// How the pool's connection IDs look: as long as the keyed algorithm will have them, 17 octets, where the
/// host ID leaves room for a nonce of 4.
struct ConnectionIDPlan {
    /// Server ID and nonce together: one AES block.
    private static let blockLength = 16

    let configuration: Configuration
    let codec: PoolCodec

    init(hostID: HostID) throws(StartupFailure) {
        let serverIDLength = hostID.octets.count + 1
        let nonceLength = max(Self.blockLength - serverIDLength, Nonce.lengths.lowerBound)
        do {
            configuration = try Configuration(
                id: ConfigurationID(rawValue: 0)!, serverIDLength: serverIDLength, nonceLength: nonceLength)
            codec = try PoolCodec(configuration: configuration, host: hostID)
        } catch {
            throw StartupFailure(
                .usage, "--host-id \(hostID)", why: "\(error)", remedy: "give 1 to 14 octets")
        }
    }
}
