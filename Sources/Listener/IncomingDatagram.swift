internal import Transport

/// A datagram with what is known of it. It points into the buffer it was received in.
struct IncomingDatagram {
    let octets: UnsafeRawBufferPointer
    let path: NetworkPath
    /// The ECN field, 0 to 3.
    let ecn: UInt8
    let arrival: Routing.Arrival
    /// Where it came to; if it was forwarded, this worker's socket for the same address.
    let socket: ListenerSocket
}
