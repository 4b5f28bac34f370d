package import Control
package import QUICLB

/// The connection IDs of a pool as the worker of one slot makes and reads them: new ones by the newest
/// configuration, while those of older ones decode until they are dropped. No I/O.
package struct ConnectionIDs {
    private let host: HostID
    private let slot: Slot
    private let unroutableCodec: PoolCodec
    private var codecs: PoolCodecs
    /// What a short header's connection ID has octets, by its codepoint.
    private var shortLengths: InlineArray<8, UInt8>
    /// The configuration that new ones are made by.
    package private(set) var newest: ConfigurationID
    /// Older ones that IDs may be of.
    private var former: [ConfigurationID]
    package var issuer: ConnectionIDIssuer

    /// - Parameters:
    ///   - configurations: oldest first; one at least.
    ///   - nonces: for the newest.
    package init(
        host: HostID, slot: Slot, configurations: [Configuration], nonces: NonceRange
    ) throws(ConfigurationError) {
        guard let last = configurations.last else { preconditionFailure("a pool has a configuration") }
        self.host = host
        self.slot = slot
        let codec = try PoolCodec(configuration: last, host: host)
        // The shortest has 7 octets, and an unroutable one needs 8.
        unroutableCodec = PoolCodec(unroutableOf: max(8, codec.connectionIDLength))
        codecs = try PoolCodecs([unroutableCodec])
        for configuration in configurations {
            try codecs.add(try PoolCodec(configuration: configuration, host: host))
        }
        newest = last.id
        former = configurations.dropLast().map(\.id)
        issuer = ConnectionIDIssuer(
            slot: slot, codec: codec, unroutableCodec: unroutableCodec, nonces: nonces)
        shortLengths = InlineArray(repeating: 0)
        updateShortLengths()
    }

    /// Makes new IDs by `configuration` from now on.
    ///
    /// - Throws: as `PoolCodecs.add`; nothing is changed then.
    package mutating func rotate(
        to configuration: Configuration, nonces: NonceRange
    ) throws(ConfigurationError) {
        let codec = try PoolCodec(configuration: configuration, host: host)
        try codecs.add(codec)
        former.append(newest)
        newest = configuration.id
        issuer = ConnectionIDIssuer(
            slot: slot, codec: codec, unroutableCodec: unroutableCodec, nonces: nonces)
        updateShortLengths()
    }

    /// Forgets a configuration, other than the newest.
    package mutating func drop(_ id: ConfigurationID) {
        precondition(id != newest, "IDs are made by the configuration that is to be dropped")
        codecs.remove(codepoint: id.rawValue)
        former.removeAll { $0 == id }
        updateShortLengths()
    }

    /// The former configurations that no ID is of any more; each is returned once.
    package mutating func takeUnused(where isUnused: (ConfigurationID) -> Bool) -> [ConfigurationID] {
        guard !former.isEmpty else { return [] }
        let unused = former.filter(isUnused)
        former.removeAll(where: unused.contains)
        return unused
    }

    private mutating func updateShortLengths() {
        let length = codecs[newest.rawValue]!.connectionIDLength
        for codepoint in shortLengths.indices {
            shortLengths[codepoint] = UInt8(codecs[UInt8(codepoint)]?.connectionIDLength ?? length)
        }
    }

    /// The slot that an ID encodes; nil where it is none of this pool's.
    package func slot(of id: ConnectionID) -> Slot? { codecs.slot(of: id) }

    /// How many octets the connection ID of a short header has, as the ID itself tells: the length of what its
    /// configuration makes, or the newest where it has none.
    @inline(__always)
    package func shortLength(of datagram: UnsafeRawBufferPointer) -> Int {
        datagram.count > 1 ? Int(shortLengths[Int(datagram[1] >> 5)]) : Int(shortLengths[0])
    }
}

extension ConnectionID {
    /// The first three bits: a configuration's codepoint, or the one of unroutable IDs.
    package var codepoint: UInt8 { UInt8(truncatingIfNeeded: bigEndianWords.0 >> 61) }
}
