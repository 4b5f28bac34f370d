internal import QUICLB

/// ```
/// config ID, length encoded, host of the ID | lengths: server ID, nonce | host ID | connection ID
///   3 bits      1               1              4          5             (length)    the rest
/// ```
func fuzzQUICLB(_ bytes: UnsafeRawBufferPointer) {
    var input = InputReader(bytes)
    let choice = input.octet()
    let serverIDLength = Int(input.octet() & 0x0f)
    let nonceLength = Int(input.octet() & 0x1f)
    guard let configurationID = ConfigurationID(rawValue: choice >> 5) else { return }
    let configuration = try? Configuration(
        id: configurationID, serverIDLength: serverIDLength, nonceLength: nonceLength,
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

    let host = foreignHost ?? Array(octets.dropFirst().prefix(serverIDLength - 1))
    guard let host = HostID(host), let codec = try? PoolCodec(configuration: configuration, host: host)
    else { return precondition(host.count + 1 != serverIDLength || host.isEmpty) }
    check(codec, slotOf: id, decoded: decoded)
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
            serverID: decoded.serverID, nonce: decoded.nonce, firstOctetBits: octets[0])
        let written = again.withUnsafeBytes(Array.init)
        // With octets for the server's use the ID is longer, and its first octet says so.
        precondition(written.dropFirst() == octets[..<length].dropFirst(), "encodes to another ID")
        if octets.count == length { precondition(again == id, "encodes to another ID") }
        return decoded
    }
}

/// The codec must agree with the reference in both directions.
private func check(_ codec: PoolCodec, slotOf id: ConnectionID, decoded: DecodedConnectionID?) {
    let expected = decoded.flatMap { decoded in
        decoded.serverID.dropLast() == codec.host.octets[...] && id.count == codec.connectionIDLength
            ? Slot(rawValue: decoded.serverID.last!) : nil
    }
    precondition(codec.slot(of: id) == expected, "codec and reference disagree on the slot")
    guard let decoded else { return }
    let slot = Slot(rawValue: decoded.serverID.last!)
    let bits = id.withUnsafeBytes { $0[0] }
    let issued = codec.encode(slot: slot, nonce: decoded.nonce, firstOctetBits: bits)
    precondition(
        issued
            == codec.configuration.encode(
                serverID: codec.host.octets + [slot.rawValue], nonce: decoded.nonce, firstOctetBits: bits),
        "codec and reference issue different IDs")
    precondition(codec.slot(of: issued) == slot, "the codec does not know its own ID")
}
