import Drover
import TestSupport

/// What a connection does while it is held.
struct Pacing: Sendable {
    let octets: Int
    let pause: Duration
    /// nil: its port stays.
    let rebindInterval: Duration?
}

/// One connection and its stream: a message goes out, comes back, and after a pause the next.
@LoopActor
final class HeldConnection {
    let index: Int
    private(set) var verified = 0
    private(set) var corrupt = false
    private(set) var rebinds = 0
    /// Seconds between two messages that came back, but for the pause.
    private(set) var longestWait = 0.0
    private let pacing: Pacing
    /// nil: there is no other one.
    private let reconnectDelay: Double?
    private var random: SplitMix64
    private var connection: ClientConnection?
    private var stream: Drover.Stream?
    /// When the latest message was sent.
    private var sent = 0.0

    init(_ index: Int, _ pacing: Pacing, reconnectDelay: Double?) {
        self.index = index
        self.pacing = pacing
        self.reconnectDelay = reconnectDelay
        random = SplitMix64(seed: UInt64(index))
    }

    var isUp: Bool { stream != nil }

    func connect(to server: Server) async {
        do {
            connection = try await server.connect()
            stream = try await connection?.openStream()
        } catch {
            Report.failure(of: self, sent: sent, error)
        }
    }

    /// Returns when the connection is lost for good, or the task is cancelled.
    func hold(on server: Server) async {
        let rebinding = Task { try await rebind() }
        defer { rebinding.cancel() }
        while !Task.isCancelled {
            do {
                try await exchangeMessages()
            } catch {
                if Task.isCancelled { return }
                (connection, stream) = (nil, nil)
                Report.failure(of: self, sent: sent, error)
                guard let reconnectDelay else { return }
                try? await pause(.seconds(reconnectDelay))
                await connect(to: server)
            }
        }
    }

    func close() async {
        stream?.finish()
        await connection?.closeWhenFlushed()
    }

    private func exchangeMessages() async throws {
        guard let stream else { return }
        // Not all at once.
        try await pause(pacing.pause * Double.random(in: 0..<1))
        while true {
            let message = makeMessage()
            sent = Report.now
            try await stream.write(message)
            try await receive(message, on: stream)
            longestWait = max(longestWait, Report.now - sent)
            try await pause(pacing.pause)
        }
    }

    private func makeMessage() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: pacing.octets) { buffer, count in
            for index in stride(from: 0, to: pacing.octets, by: 8) {
                withUnsafeBytes(of: random.next()) { word in
                    let part = UnsafeMutableBufferPointer(rebasing: buffer[index...])
                    UnsafeMutableRawBufferPointer(part).copyBytes(from: word.prefix(part.count))
                }
            }
            count = pacing.octets
        }
    }

    /// Without tolerance: many connections' pauses would end at the same time.
    private func pause(_ time: Duration) async throws {
        try await Task.sleep(for: time, tolerance: .zero)
    }

    private func receive(_ message: [UInt8], on stream: Drover.Stream) async throws {
        var returned: [UInt8] = []
        while returned.count < message.count {
            guard let part = try await stream.read(upTo: message.count - returned.count) else {
                throw StreamEnded()
            }
            returned += part
        }
        guard returned == message else { return corrupt = true }
        verified += message.count
    }

    private func rebind() async throws {
        guard let interval = pacing.rebindInterval else { return }
        try await pause(interval * Double.random(in: 0..<1))
        while true {
            if let connection {
                try connection.rebind()
                rebinds += 1
            }
            try await pause(interval)
        }
    }
}

/// The server ended the stream, which it does only when this side has.
private struct StreamEnded: Error {}
