import Control
import Linux

/// The secrets that all workers of the pool share, so that one recognises what another gave out.
struct PoolKeys {
    let resetSecret = Host.randomOctets(WorkerConfiguration.resetSecretLength)
    let ticketKeys = Host.randomOctets(WorkerConfiguration.ticketKeysLength)
}
