internal import QUICLB

/// ```
/// config ID, length encoded, host of the ID, keyed | lengths: server ID, nonce | key | host ID | connection ID
///   3 bits      1               1             1             4          5          (16)  (length)    the rest
/// ```
func fuzzQUICLB(_ bytes: UnsafeRawBufferPointer) {
    var input = InputReader(bytes)
    let choice = input.octet()
    let serverIDLength = Int(input.octet() & 0x0f)
    let nonceLength = Int(input.octet() & 0x1f)
    guard let configurationID = ConfigurationID(rawValue: choice >> 5) else { return }
    var key: Configuration.Key?
    if choice & 0x04 != 0 {
        key = Configuration.Key(input.octets(Configuration.Key.length))
        guard key != nil else { return }
    }
    let configuration = try? Configuration(
        id: configurationID, key: key, serverIDLength: serverIDLength, nonceLength: nonceLength,
        firstOctet: choice & 0x10 == 0 ? .random : .encodesLength)
    let isLegal =
        (1...15).contains(serverIDLength) && (4...18).contains(nonceLength)
        && serverIDLength + nonceLength <= 19
    precondition((configuration != nil) == isLegal, "lengths of draft-ietf-quic-load-balancers-21 §3")
    guard let configuration else { return }

    // A host ID taken from the connection ID is one that matches.
    let foreignHost = choice & 0x08 == 0 ? input.octets(serverIDLength - 1) : nil
    let octets = Array(input.rest)
    guard let id = ConnectionID(octets) else {
        precondition(octets.count > ConnectionID.maximumLength)
        return
    }
    precondition(id.withUnsafeBytes(Array.init) == octets, "octets do not survive")
    let decoded = check(configuration, decoding: id, octets: octets)

    let decodedHost = decoded.map { Array($0.serverID.withUnsafeBytes(Array.init).dropLast()) } ?? []
    guard let host = HostID(foreignHost ?? decodedHost),
        let codec = try? PoolCodec(configuration: configuration, host: host)
    else { return }
    check(codec, of: configuration, host, slotOf: id, decoded: decoded)
}

/// The reference's answer, checked against encoding it again.
private func check(
    _ configuration: Configuration, decoding id: ConnectionID, octets: [UInt8]
) -> DecodedConnectionID? {
    let length = configuration.connectionIDLength
    switch configuration.decode(id) {
    case .failure(let reason):
        let isOurs = octets.first.map { $0 >> 5 } == configuration.id.rawValue && octets.count >= length
        let hasLength =
            configuration.firstOctet == .random || octets.first.map { Int($0 & 0x1f) + 1 } == octets.count
        precondition(!(isOurs && hasLength), "refused an ID of this configuration: \(reason)")
        return nil
    case .success(let decoded):
        let again = configuration.encode(
            serverID: decoded.serverID, nonce: decoded.nonce, serverUse: octets[length...],
            firstOctetBits: octets[0])
        precondition(again == id, "encodes to another ID")
        return decoded
    }
}

/// The codec must agree with the reference in both directions.
private func check(
    _ codec: PoolCodec, of configuration: Configuration, _ host: HostID, slotOf id: ConnectionID,
    decoded: DecodedConnectionID?
) {
    let decodedSlot = decoded.map { Slot(rawValue: $0.serverID.withUnsafeBytes { $0[$0.count - 1] }) }
    let expected = decoded.flatMap { decoded in
        let slot = decodedSlot!
        let isOurs = decoded.serverID == ServerID(host: host, slot: slot)
        return isOurs && id.count == codec.connectionIDLength ? slot : nil
    }
    precondition(codec.slot(of: id) == expected, "codec and reference disagree on the slot")
    guard let decoded, let decodedSlot else { return }
    let bits = id.withUnsafeBytes { $0[0] }
    let issued = codec.encode(slot: decodedSlot, nonce: decoded.nonce, firstOctetBits: bits)
    precondition(
        issued
            == configuration.encode(
                serverID: ServerID(host: host, slot: decodedSlot), nonce: decoded.nonce, firstOctetBits: bits),
        "codec and reference issue different IDs")
    precondition(codec.slot(of: issued) == decodedSlot, "the codec does not know its own ID")
}
