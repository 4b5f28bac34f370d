extension Configuration {
    /// The connection ID of a server ID and a nonce.
    ///
    /// - Parameters:
    ///   - serverUse: octets that follow the nonce, readable, for the server's own use.
    ///   - firstOctetBits: the low five bits of the first octet, of which only those are used and only where the
    ///     configuration has them random.
    /// - Precondition: server ID and nonce have the configuration's lengths, and all fits 20 octets.
    public func encode(
        serverID: ServerID, nonce: Nonce, serverUse: some Collection<UInt8> = [], firstOctetBits: UInt8 = 0
    ) -> ConnectionID {
        precondition(serverID.count == serverIDLength, "a server ID of another length")
        precondition(nonce.count == nonceLength, "a nonce of another length")
        let count = connectionIDLength + serverUse.count
        precondition(count <= ConnectionID.maximumLength, "a connection ID of over 20 octets")
        var text = nonce.words.shiftedRight(octets: serverIDLength)
        text |= serverID.words
        if let cipher { text = cipher.encrypt(text) }
        var words = text.shiftedRight(octets: 1)
        words.word0 |= UInt64(firstOctet(length: count, bits: firstOctetBits)) << 56
        if !serverUse.isEmpty { words |= Words(serverUse).shiftedRight(octets: connectionIDLength) }
        return ConnectionID(words: words, count: count)
    }
}
