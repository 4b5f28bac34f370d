extension Configuration {
    /// The connection ID of a server ID and a nonce.
    ///
    /// - Parameter firstOctetBits: the low five bits of the first octet, of which only those are used
    ///   and only where the configuration has them random.
    /// - Precondition: server ID and nonce have the configuration's lengths.
    public func encode(
        serverID: some Collection<UInt8>, nonce: Nonce, firstOctetBits: UInt8 = 0
    ) -> ConnectionID {
        precondition(serverID.count == serverIDLength, "a server ID of another length")
        precondition(nonce.count == nonceLength, "a nonce of another length")
        let first = firstOctet(length: connectionIDLength, bits: firstOctetBits)
        var words = Words(CollectionOfOne(first))
        words |= Words(serverID).shiftedRight(octets: 1)
        words |= nonce.words.shiftedRight(octets: 1 + serverIDLength)
        return ConnectionID(words: words, count: connectionIDLength)
    }
}
