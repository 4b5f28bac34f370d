import Control
private import Linux

extension PoolConfiguration {
    /// Throws where no pool can be of this configuration, whatever the host.
    func validate() throws(StartupFailure) {
        guard Self.workerCounts.contains(workerCount) else {
            throw StartupFailure(
                .usage, "--workers \(workerCount)", why: "a pool has 1 to 256 workers",
                remedy: "give a number in that range, or auto")
        }
        guard Self.addressCounts.contains(addresses.count) else {
            throw StartupFailure(
                .usage, "--listen", why: "\(addresses.count) addresses",
                remedy: "give 1 to \(Self.addressCounts.upperBound)")
        }
        for (index, address) in addresses.enumerated()
        where address.port != 0 && addresses[..<index].contains(address) {
            throw StartupFailure(.usage, "--listen \(address)", why: "it is given twice", remedy: "drop one")
        }
        guard !applicationProtocols.isEmpty else {
            throw StartupFailure(.usage, "--alpn", why: "no protocol", remedy: "give one, such as echo")
        }
        let lengths = 1...WorkerConfiguration.maximumApplicationProtocolLength
        for name in applicationProtocols where !lengths.contains(name.utf8.count) {
            throw StartupFailure(
                .usage, "--alpn", why: "a protocol's name has \(name.utf8.count) octets",
                remedy: "give 1 to \(lengths.upperBound)")
        }
    }
}
