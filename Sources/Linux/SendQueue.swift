package import CLinux
private import Glibc

/// Datagrams on their way out of one socket: written in place, joined to trains for UDP_SEGMENT where they may
/// be, and sent together by one sendmmsg.
///
/// What the socket has no room for stays in the queue until `flush` is called again.
package final class SendQueue {
    /// UDP_MAX_SEGMENTS, and what fits the 16-bit length of an IP packet.
    private static let maximumSegments = 64
    private static let maximumTrain = 65_000
    private static let maximumMessages = 64

    private let descriptor: Int32
    private let setsSource: Bool
    /// The traffic class without the ECN field.
    private let trafficClass: UInt8
    private let octets: UnsafeMutableRawBufferPointer
    private let messages: UnsafeMutablePointer<clinux_outgoing>
    private var used = 0
    private var messageCount = 0
    /// Whether the last message may take another segment: its segments are all of one length so far.
    private var isTrainOpen = false
    private var segmentsInTrain = 0
    private var canSegment: Bool

    /// Whether the socket refused to take more. Until the next `flush`, which is due when epoll says that it is
    /// writable, there is no space.
    package private(set) var isBlocked = false
    /// What became of datagrams since the counts were last taken.
    private var counts = Counts()

    /// Called when something is queued and nothing was, for owners of so many queues that they do not look into each.
    package var onQueued: (() -> Void)?

    package struct Counts {
        package var datagrams: UInt64 = 0
        package var octets: UInt64 = 0
        /// Datagrams that the kernel refused to send, other than for want of room.
        package var refused: UInt64 = 0
        /// Times that a train was refused, and single datagrams took its place.
        package var segmentationFallbacks: UInt64 = 0
    }

    /// - Parameters:
    ///   - descriptor: the socket; the caller keeps it open.
    ///   - setsSource: whether each datagram names its source address: where the socket is bound to any.
    ///   - capacity: octets that can wait.
    ///   - sendsTrains: whether datagrams are joined to trains.
    ///   - dscp: the differentiated services codepoint, as the socket has it.
    package init(
        descriptor: Int32, setsSource: Bool, capacity: Int, sendsTrains: Bool = true, dscp: UInt8 = 0
    ) {
        self.descriptor = descriptor
        self.setsSource = setsSource
        canSegment = sendsTrains
        trafficClass = dscp << 2
        octets = .allocate(byteCount: capacity, alignment: 64)
        messages = .allocate(capacity: Self.maximumMessages)
        messages.initialize(repeating: clinux_outgoing(), count: Self.maximumMessages)
    }

    deinit {
        octets.deallocate()
        messages.deallocate()
    }

    package var isEmpty: Bool { messageCount == 0 }

    /// Takes the counts, which begin again at 0.
    package func takeCounts() -> Counts {
        defer { counts = Counts() }
        return counts
    }

    /// Where the next datagram of up to `count` octets is to be written; nil while there is no room even after a
    /// flush. `append` then queues it.
    package func space(for count: Int) -> UnsafeMutableRawPointer? {
        if isBlocked { return nil }
        if used + count > octets.count || messageCount == Self.maximumMessages {
            flush()
            guard used + count <= octets.count, messageCount < Self.maximumMessages else { return nil }
        }
        return octets.baseAddress! + used
    }

    /// Queues the `count` octets just written to `space`.
    ///
    /// - Parameters:
    ///   - local: the address it is to come from.
    ///   - ecn: the ECN field, 0 to 3.
    ///   - isProbe: whether it may be too long for the path: then it goes by itself, as a train that is too long
    ///     is lost whole.
    package func append(
        count: Int, remote: clinux_address, local: clinux_address, ecn: UInt8, isProbe: Bool = false
    ) {
        let local = setsSource ? local : clinux_address()
        // What is said with a datagram takes the place of the socket's traffic class.
        let ecn = ecn == 0 ? 0 : trafficClass | ecn
        if isProbe { isTrainOpen = false }
        if !extendTrain(by: count, remote: remote, local: local, ecn: ecn) {
            messages[messageCount] = clinux_outgoing(
                octets: (octets.baseAddress! + used).assumingMemoryBound(to: UInt8.self),
                count: UInt32(count), segment: UInt16(count), ecn: ecn, remote: remote, local: local)
            messageCount += 1
            if messageCount == 1 { onQueued?() }
            segmentsInTrain = 1
            isTrainOpen = canSegment && !isProbe
        }
        used += count
    }

    private func extendTrain(by count: Int, remote: clinux_address, local: clinux_address, ecn: UInt8) -> Bool
    {
        guard isTrainOpen, messageCount > 0 else { return false }
        let last = messages + (messageCount - 1)
        let segment = Int(last.pointee.segment)
        guard count <= segment, segmentsInTrain < Self.maximumSegments,
            Int(last.pointee.count) + count <= Self.maximumTrain, last.pointee.ecn == ecn,
            clinux_address_equal(last.pointee.remote, remote), clinux_address_equal(last.pointee.local, local)
        else { return false }
        last.pointee.count += UInt32(count)
        segmentsInTrain += 1
        isTrainOpen = count == segment
        return true
    }

    /// Sends what is queued, as much as the socket takes.
    package func flush() {
        var done = 0
        isBlocked = false
        while done < messageCount {
            let sent = clinux_send(descriptor, messages + done, UInt32(messageCount - done))
            if sent > 0 {
                for index in done..<done + Int(sent) { countSent(messages[index]) }
                done += Int(sent)
                continue
            }
            switch Errno.current {
            case .interrupted:
                continue
            case .wouldBlock:
                isBlocked = true
                return keep(from: done)
            case .inputOutput where messages[done].segment < messages[done].count:
                // The device cannot do the checksums of a train: single datagrams from now on.
                canSegment = false
                counts.segmentationFallbacks += 1
                sendSegments(of: messages[done])
            default:
                // Unroutable, filtered, or too long for the path (a PMTU probe): lost, as datagrams are.
                counts.refused += Self.segments(in: messages[done])
            }
            done += 1
        }
        used = 0
        messageCount = 0
        isTrainOpen = false
    }

    /// Moves what the socket did not take to the front.
    private func keep(from first: Int) {
        let start = Int(bitPattern: messages[first].octets) - Int(bitPattern: octets.baseAddress!)
        octets.baseAddress!.copyMemory(from: octets.baseAddress! + start, byteCount: used - start)
        used -= start
        messageCount -= first
        for index in 0..<messageCount {
            messages[index] = messages[index + first]
            messages[index].octets -= start
        }
    }

    private func sendSegments(of train: clinux_outgoing) {
        var segment = train
        var left = train.count
        while left > 0 {
            segment.count = min(left, UInt32(train.segment))
            if clinux_send(descriptor, &segment, 1) == 1 {
                countSent(segment)
            } else {
                counts.refused += 1
            }
            segment.octets += Int(segment.count)
            left -= segment.count
        }
    }

    private func countSent(_ message: clinux_outgoing) {
        counts.datagrams += Self.segments(in: message)
        counts.octets += UInt64(message.count)
    }

    private static func segments(in message: clinux_outgoing) -> UInt64 {
        (UInt64(message.count) + UInt64(message.segment) - 1) / UInt64(message.segment)
    }
}
