package import CLinux

/// Buffers for the datagrams of one recvmmsg. One serves all sockets of a loop.
package final class ReceiveBatch {
    let buffers: OpaquePointer
    let received: UnsafeMutablePointer<clinux_received>
    /// The socket's own count of datagrams lost for want of buffer, as the newest datagram told it.
    package var overflows: UInt32 = 0

    /// - Parameters:
    ///   - capacity: how many messages one call receives at most.
    ///   - receivesTrains: whether a message may be a train that UDP_GRO made, or of any length: then each takes 64 KiB;
    ///     else `datagramLength`.
    package init(capacity: Int, receivesTrains: Bool = true, datagramLength: Int = 1 << 16) {
        buffers = clinux_receive_batch_new(UInt32(capacity), receivesTrains ? 1 << 16 : datagramLength)
        received = .allocate(capacity: capacity)
        received.initialize(repeating: clinux_received(), count: capacity)
    }

    deinit {
        clinux_receive_batch_free(buffers)
        received.deallocate()
    }

    /// The message at `index`, valid until the next receive.
    package subscript(index: Int) -> ReceivedMessage {
        ReceivedMessage(message: received + index)
    }
}

/// A datagram, or a train of datagrams from one sender that UDP_GRO put together. It points into its batch.
package struct ReceivedMessage {
    fileprivate let message: UnsafeMutablePointer<clinux_received>

    /// The octets of all datagrams of the train.
    package var octets: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: message.pointee.octets, count: Int(message.pointee.count))
    }

    /// The length of each datagram in the train but the last, which may be shorter.
    package var segmentLength: Int { Int(message.pointee.segment) }

    /// Calls `body` with each datagram of the train, in order; the first is the one that the kernel looked at.
    package func forEachDatagram(_ body: (_ octets: UnsafeRawBufferPointer, _ isFirst: Bool) -> Void) {
        let (octets, length) = (octets, max(1, segmentLength))
        var start = 0
        repeat {
            let end = min(start + length, octets.count)
            body(UnsafeRawBufferPointer(rebasing: octets[start..<end]), start == 0)
            start = end
        } while start < octets.count
    }

    /// The ECN field, 0 to 3.
    package var ecn: UInt8 { message.pointee.ecn }

    /// The sender.
    package var remote: UnsafeMutablePointer<clinux_address> { clinux_received_remote(message) }

    /// The address it was sent to. Its port is not known here: the receiving socket's.
    package var local: UnsafeMutablePointer<clinux_address> { clinux_received_local(message) }
}
