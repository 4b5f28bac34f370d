/// Unreliable datagrams (RFC 9221) that wait, for the application or for the network, in order. What does not fit is
/// dropped, as the network might.
struct DatagramQueue {
    /// Octets that one peer can make a worker hold, and datagrams.
    static let maximumOctets = 256 * 1024
    static let maximumCount = 256

    private var datagrams: [[UInt8]] = []
    /// Where the first is.
    private var head = 0
    private var octets = 0

    var first: [UInt8]? { head < datagrams.count ? datagrams[head] : nil }

    /// Adds a datagram at the end; false where it is dropped.
    mutating func append(_ datagram: [UInt8]) -> Bool {
        guard datagrams.count - head < Self.maximumCount, octets + datagram.count <= Self.maximumOctets else {
            return false
        }
        octets += datagram.count
        datagrams.append(datagram)
        return true
    }

    mutating func removeFirst() {
        octets -= datagrams[head].count
        datagrams[head] = []
        head += 1
        // Seldom enough that removal costs a constant time.
        guard head == datagrams.count || head >= Self.maximumCount else { return }
        datagrams.removeFirst(head)
        head = 0
    }

    mutating func removeAll() {
        self = DatagramQueue()
    }
}
