internal import Listener
internal import QUICLB

/// The input is a datagram.
func fuzzPacketHeader(_ datagram: UnsafeRawBufferPointer) {
    // The lengths that a configuration's connection IDs may have.
    for shortLength in 6...20 {
        switch PacketHeader(datagram, shortLength: shortLength) {
        case .short(let destination):
            precondition(datagram[0] & 0x80 == 0, "the header form is the first bit")
            precondition(destination.count == shortLength)
            destination.withUnsafeBytes {
                precondition($0.elementsEqual(datagram[1...shortLength]), "another destination ID")
            }
        case .long(let header):
            precondition(datagram[0] & 0x80 != 0, "the header form is the first bit")
            // It does not depend on the length of short headers: once is enough.
            return check(header, of: datagram)
        case nil:
            precondition(isCutShort(datagram, shortLength: shortLength), "a whole header is refused")
        }
    }
}

/// RFC 8999 §5, on its own.
private func isCutShort(_ datagram: UnsafeRawBufferPointer, shortLength: Int) -> Bool {
    guard let first = datagram.first else { return true }
    if first & 0x80 == 0 { return datagram.count < 1 + shortLength }
    var rest = datagram.dropFirst(5)
    for _ in 0..<2 {
        guard let length = rest.popFirst(), rest.count >= Int(length) else { return true }
        rest = rest.dropFirst(Int(length))
    }
    return false
}

private func check(_ header: LongHeader, of datagram: UnsafeRawBufferPointer) {
    let written =
        [header.first] + withUnsafeBytes(of: header.version.bigEndian, Array.init)
        + [UInt8(header.destination.count)] + header.destination
        + [UInt8(header.source.count)] + header.source
    precondition(datagram.starts(with: written), "the header is not what the datagram begins with")
    precondition(written.count + header.rest.count == datagram.count, "what follows is elsewhere")
    if let token = header.token {
        let lengthOctets = 1 << Int(header.rest[0] >> 6)
        let start = header.rest.dropFirst(lengthOctets)
        precondition(start.starts(with: token) && token.count <= start.count, "another token")
    }
    precondition(header.isInitial == (header.first >> 4 & 0b111 == 0b100))
    checkVersionNegotiation(answering: header, random: UInt64(header.version) << 32 | UInt64(header.first))
}

/// RFC 8999 §6, RFC 9000 §17.2.1
private func checkVersionNegotiation(answering header: LongHeader, random: UInt64) {
    let answer = VersionNegotiation(answering: header, random: random)
    precondition(answer.count == 7 + header.destination.count + header.source.count + 2 * 4)
    // Octets on both sides show what is written beyond the packet.
    let margin = 8
    var space = [UInt8](repeating: 0xee, count: margin + answer.count + margin)
    space.withUnsafeMutableBytes {
        answer.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[margin..<margin + answer.count]))
    }
    precondition((space.prefix(margin) + space.suffix(margin)).allSatisfy { $0 == 0xee }, "wrote beyond")

    let packet = Array(space.dropFirst(margin).dropLast(margin))
    packet.withUnsafeBytes { packet in
        guard case .long(let written) = PacketHeader(packet, shortLength: 20) else {
            preconditionFailure("the answer is no packet")
        }
        precondition(written.version == 0 && written.first & 0x40 != 0)
        precondition(written.destination.elementsEqual(header.source), "IDs are not turned round")
        precondition(written.source.elementsEqual(header.destination), "IDs are not turned round")
    }
    precondition(packet.suffix(8).prefix(4) == [0, 0, 0, 1], "it lists version 1")
    precondition(packet.suffix(4).allSatisfy { $0 & 0x0f == 0x0a }, "it lists a reserved version")
}
