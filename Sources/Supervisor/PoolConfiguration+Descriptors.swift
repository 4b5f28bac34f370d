import Control
import Linux

extension PoolConfiguration {
    /// What the supervisor opens at most: for each slot a socket an address, the forwarding socket, the stats page,
    /// and channel and pidfd of the worker; for each address the program with its maps; and some for operators'
    /// connections and itself.
    private func descriptorCount(forWorkers count: Int) -> Int {
        count * (addresses.count + 4) + addresses.count * 8 + 192
    }

    /// Raises the limit of open descriptors.
    ///
    /// - Throws: where the pool needs more even so.
    func raiseDescriptorLimit() throws(StartupFailure) {
        try checkDescriptors(forWorkers: workerCount)
    }

    /// Throws where a pool of so many workers needs more descriptors than this process may open.
    func checkDescriptors(forWorkers count: Int) throws(StartupFailure) {
        let what = "\(count) workers"
        let limit: Int
        do {
            limit = try DescriptorLimit.raise()
        } catch {
            throw StartupFailure(
                .unavailable, what, why: "the limit of descriptors cannot be raised: \(error)")
        }
        let needed = descriptorCount(forWorkers: count)
        guard needed <= limit else {
            throw StartupFailure(
                .configuration, what, why: "they need \(needed) file descriptors, the limit is \(limit)",
                remedy: "raise ulimit -n, or LimitNOFILE")
        }
    }
}
