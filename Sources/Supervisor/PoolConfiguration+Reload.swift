import Control

extension PoolConfiguration {
    /// What a pool that runs cannot change, as options name it; nil where nothing of it is other.
    func firstFixedDifference(from other: PoolConfiguration) -> String? {
        let (old, new) = (service.options, other.service.options)
        let differences: [(String, Bool)] = [
            (
                "--listen",
                addresses.dropLast(preferredCount) != other.addresses.dropLast(other.preferredCount)
            ),
            (
                "--preferred-address",
                addresses.suffix(preferredCount) != other.addresses.suffix(other.preferredCount)
            ),
            ("--steering", steering != other.steering),
            ("--host-id", hostID != other.hostID),
            ("--connection-ids", connectionIDs != other.connectionIDs),
            ("--reset-secret-file", resetSecret != other.resetSecret),
            ("--state-dir", stateDirectory != other.stateDirectory),
            ("--run-dir", runDirectory != other.runDirectory),
            ("--user", owner != other.owner),
            ("--metrics", metrics != other.metrics),
            (
                "whether handlers make connections",
                allowsOutgoingConnections != other.allowsOutgoingConnections
            ),
            ("--event-trace", eventTrace != other.eventTrace),
            ("--log-format", log.format != other.log.format),
            ("--log-level", log.level != other.log.level),
            ("--udp-payload", old.transport.maximumUDPPayload != new.transport.maximumUDPPayload),
            ("a socket's option", old.sockets != new.sockets),
        ]
        return differences.first { $0.1 }?.0
    }
}
