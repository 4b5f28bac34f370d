private import EventLoop
internal import Transport

/// One stream of a connection (RFC 9000 §2): octets in order, one way or both ways.
@LoopActor
public final class Stream {
    private nonisolated let core: Transport.Stream

    nonisolated init(_ core: Transport.Stream) {
        self.core = core
    }

    // A stream that nobody holds is read by nobody: the client is told so, and what it sent counts as read.
    isolated deinit {
        core.stopReading(code: 0)
    }

    /// The stream's ID, a 62-bit integer (RFC 9000 §2.1).
    public nonisolated var id: UInt64 { UInt64(core.id) }

    /// Whether both sides may send.
    public nonisolated var isBidirectional: Bool { core.isBidirectional }

    /// Waits for octets from the client.
    ///
    /// - Parameter limit: the most octets to return.
    /// - Returns: what has come, one octet at least; nil at the end of the stream.
    /// - Throws: `QUICError` where the client reset the stream or the connection is over; `CancellationError`.
    public func read(upTo limit: Int = 64 * 1024) async throws -> [UInt8]? {
        precondition(limit > 0, "a read of no octets would look like the end of the stream")
        while true {
            let ready = min(limit, core.readableCount)
            if ready > 0 {
                return try [UInt8](unsafeUninitializedCapacity: ready) { buffer, count in
                    count = try core.read(into: UnsafeMutableRawBufferPointer(buffer)) ?? 0
                }
            }
            if try core.read(into: UnsafeMutableRawBufferPointer(start: nil, count: 0)) == 0 { return nil }
            try Task.checkCancellation()
            await core.readable.wait()
        }
    }

    /// Waits for octets from the client and puts them into `buffer`, without an allocation.
    ///
    /// - Returns: how many, one at least; 0 at the end of the stream.
    /// - Throws: as `read(upTo:)`.
    public func read(into buffer: UnsafeMutableRawBufferPointer) async throws -> Int {
        precondition(!buffer.isEmpty, "a read of no octets would look like the end of the stream")
        while true {
            if let count = try core.read(into: buffer) { return count }
            try Task.checkCancellation()
            await core.readable.wait()
        }
    }

    /// Queues octets for the client; waits while too many queued before are not acknowledged.
    ///
    /// - Throws: `QUICError` where the client stopped the stream or the connection is over; `CancellationError`.
    public func write(_ octets: [UInt8]) async throws {
        var start = 0
        while start < octets.count {
            start += try octets.withUnsafeBytes { octets in
                try core.write(UnsafeRawBufferPointer(rebasing: octets[start...]))
            }
            if start < octets.count { try await roomToWrite() }
        }
    }

    /// Queues the octets of `buffer`, which the caller keeps as they are until this returns; otherwise as
    /// `write(_:)`.
    public func write(_ buffer: UnsafeRawBufferPointer) async throws {
        var start = 0
        while start < buffer.count {
            start += try core.write(UnsafeRawBufferPointer(rebasing: buffer[start...]))
            if start < buffer.count { try await roomToWrite() }
        }
    }

    private func roomToWrite() async throws {
        try Task.checkCancellation()
        await core.writable.wait()
    }

    /// Ends this side's sending, after what was written. A stream that is let go of without stays open.
    public func finish() {
        core.finish()
    }

    /// Gives up this side's sending: what was not sent is lost, and the client learns `code`, a 62-bit integer;
    /// a larger one is sent as the largest of these.
    public func reset(code: UInt64) {
        core.reset(code: code)
    }

    /// Asks the client to send no more, telling it `code`, as in `reset(code:)`. What came is dropped. A stream
    /// that is let go of does so by itself, with code 0.
    public func stopReading(code: UInt64) {
        core.stopReading(code: code)
    }
}
