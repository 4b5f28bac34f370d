package import QUICLB

extension PoolCodec {
    /// The codec of a pool's connection IDs.
    package init(layout: ConnectionIDLayout, host: HostID) throws(ConfigurationError) {
        guard let id = ConfigurationID(rawValue: layout.configID) else {
            preconditionFailure("a layout has a config ID of 0 to 6")
        }
        let configuration = try Configuration(
            id: id, serverIDLength: host.octets.count + 1, nonceLength: Int(layout.nonceLength))
        try self.init(configuration: configuration, host: host)
    }
}
