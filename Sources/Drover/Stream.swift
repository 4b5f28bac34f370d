private import EventLoop
internal import Transport

/// One stream of a connection (RFC 9000 §2): octets in order, one way or both ways.
@LoopActor
public final class Stream {
    private nonisolated let core: Transport.Stream

    nonisolated init(_ core: Transport.Stream) {
        self.core = core
    }

    // A stream that nobody holds is read by nobody: the peer is told so, and what it sent counts as read.
    isolated deinit {
        core.stopReading(code: 0)
    }

    /// The stream's ID, a 62-bit integer (RFC 9000 §2.1).
    public nonisolated var id: UInt64 { UInt64(core.id) }

    /// Whether both sides may send.
    public nonisolated var isBidirectional: Bool { core.isBidirectional }

    /// Waits for octets from the peer.
    ///
    /// - Parameter limit: the most octets to return.
    /// - Returns: what has come, one octet at least; nil at the end of the stream.
    /// - Throws: `QUICError` where the peer reset the stream or the connection is over; `CancellationError`.
    public func read(upTo limit: Int = 64 * 1024) async throws -> [UInt8]? {
        precondition(limit > 0, "a read of no octets would look like the end of the stream")
        return try await core.readable.first { () -> [UInt8]?? in
            let ready = min(limit, core.readableCount)
            if ready > 0 {
                return try [UInt8](unsafeUninitializedCapacity: ready) { buffer, count in
                    count = try core.read(into: UnsafeMutableRawBufferPointer(buffer)) ?? 0
                }
            }
            let isAtEnd = try core.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) == 0
            return isAtEnd ? .some(nil) : nil
        }
    }

    /// Waits for octets from the peer and puts them into `buffer`, without an allocation.
    ///
    /// - Returns: how many, one at least; 0 at the end of the stream.
    /// - Throws: as `read(upTo:)`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) async throws -> Int {
        precondition(!buffer.isEmpty, "a read of no octets would look like the end of the stream")
        return try await core.readable.first { try core.read(into: buffer) }
    }

    /// Queues octets for the peer; waits while too many queued before are not acknowledged.
    ///
    /// - Throws: `QUICError` where the peer stopped the stream or the connection is over; `CancellationError`.
    public func write(_ octets: [UInt8]) async throws {
        var start = 0
        while start < octets.count {
            start += try await core.writable.first {
                try octets.withUnsafeBytes {
                    try core.writeSome(UnsafeRawBufferPointer(rebasing: $0[start...]))
                }
            }
        }
    }

    /// Queues the octets of `buffer`, which the caller keeps as they are until this returns; otherwise as
    /// `write(_:)`.
    public func write(_ buffer: UnsafeRawBufferPointer) async throws {
        var start = 0
        while start < buffer.count {
            start += try await core.writable.first {
                try core.writeSome(UnsafeRawBufferPointer(rebasing: buffer[start...]))
            }
        }
    }

    /// Ends this side's sending, after what was written. A stream that is let go of without stays open.
    public func finish() {
        core.finish()
    }

    /// Gives up this side's sending: what was not sent is lost, and the peer learns `code`, a 62-bit integer;
    /// a larger one is sent as the largest of these.
    public func reset(code: UInt64) {
        core.reset(code: code)
    }

    /// Asks the peer to send no more, telling it `code`, as in `reset(code:)`. What came is dropped. A stream
    /// that is let go of does so by itself, with code 0.
    public func stopReading(code: UInt64) {
        core.stopReading(code: code)
    }
}

extension Transport.Stream {
    /// As `write`; nil where there is no room at all.
    fileprivate func writeSome(_ octets: UnsafeRawBufferPointer) throws(QUICError) -> Int? {
        let count = try write(octets)
        return count > 0 ? count : nil
    }
}
