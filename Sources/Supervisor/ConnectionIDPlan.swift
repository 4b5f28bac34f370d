import Control
import QUICLB

/// How the pool's connection IDs look: as long as the keyed algorithm will have them, 17 octets, where the
/// host ID leaves room for a nonce of 4.
struct ConnectionIDPlan {
    /// Server ID and nonce together: one AES block.
    private static let blockLength = 16

    let layout: ConnectionIDLayout
    let codec: PoolCodec

    init(hostID: HostID) throws(StartupFailure) {
        let serverIDLength = hostID.octets.count + 1
        let nonceLength = max(Self.blockLength - serverIDLength, Nonce.lengths.lowerBound)
        layout = ConnectionIDLayout(configID: 0, nonceLength: UInt8(nonceLength))
        do {
            codec = try PoolCodec(layout: layout, host: hostID)
        } catch {
            throw StartupFailure(
                .usage, "--host-id \(hostID)", why: "\(error)", remedy: "give 1 to 14 octets")
        }
    }
}
