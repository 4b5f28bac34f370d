import Control
import Linux

extension PoolConfiguration {
    /// What the supervisor opens at most: for each slot a socket an address, the stats page, and channel and pidfd
    /// of the worker; for each address the program with its maps; and some for itself.
    private var descriptorCount: Int {
        workerCount * (addresses.count + 3) + addresses.count * 8 + 32
    }

    /// Raises the limit of open descriptors.
    ///
    /// - Throws: where the pool needs more even so.
    func raiseDescriptorLimit() throws(StartupFailure) {
        let what = "--workers \(workerCount)"
        let limit: Int
        do {
            limit = try DescriptorLimit.raise()
        } catch {
            throw StartupFailure(
                .unavailable, what, why: "the limit of descriptors cannot be raised: \(error)")
        }
        guard descriptorCount <= limit else {
            throw StartupFailure(
                .configuration, what,
                why: "it needs \(descriptorCount) file descriptors, the limit is \(limit)",
                remedy: "raise ulimit -n, or LimitNOFILE")
        }
    }
}
