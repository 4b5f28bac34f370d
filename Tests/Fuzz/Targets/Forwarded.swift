internal import Linux
internal import Listener

/// The input is a message as it comes over a forwarding socket.
func fuzzForwarded(_ message: UnsafeRawBufferPointer) {
    guard var batch = ForwardingBatch(message) else {
        return precondition(message.first != ForwardingBatch.version, "a batch of this version is refused")
    }
    var written = [ForwardingBatch.version]
    while let datagram = batch.next() {
        precondition(!datagram.octets.isEmpty && datagram.ecn <= 3)
        precondition(SocketAddress(datagram.remote).family == SocketAddress(datagram.local).family)
        // Octets on both sides show what is written beyond the datagram.
        let margin = 8
        var space = [UInt8](repeating: 0xee, count: margin + datagram.encodedCount + margin)
        space.withUnsafeMutableBytes {
            let end = margin + datagram.encodedCount
            datagram.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[margin..<end]))
        }
        precondition((space.prefix(margin) + space.suffix(margin)).allSatisfy { $0 == 0xee }, "wrote beyond")
        written += space.dropFirst(margin).dropLast(margin)
    }
    precondition(message.starts(with: written), "encodes to other octets")
    precondition(batch.isAtEnd == (written.count == message.count), "the end is elsewhere")
}
