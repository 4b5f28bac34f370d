import Synchronization

/// The lines that a process wrote, and the promise of those to come.
final class LineLog: Sendable {
    private struct Waiter {
        let firstLine: Int
        let matches: @Sendable (String) -> Bool
        let promise: Promise<String?>
    }

    private struct State {
        var lines: [String] = []
        var unfinished: [UInt8] = []
        var hasEnded = false
        var waiters: [Waiter] = []

        mutating func finishLine() {
            let line = String(decoding: unfinished, as: UTF8.self)
            let number = lines.count
            lines.append(line)
            unfinished = []
            waiters.removeAll { waiter in
                guard number >= waiter.firstLine, waiter.matches(line) else { return false }
                waiter.promise.fulfil(line)
                return true
            }
        }
    }

    private let state = Mutex(State())
    private let ended = Promise<Void>()

    var lines: [String] { state.withLock { $0.lines } }

    func append(_ bytes: some Sequence<UInt8>) {
        state.withLock { state in
            for byte in bytes {
                guard byte == UInt8(ascii: "\n") else {
                    state.unfinished.append(byte)
                    continue
                }
                state.finishLine()
            }
        }
    }

    /// Nobody is left who could write.
    func end() {
        state.withLock { state in
            if !state.unfinished.isEmpty { state.finishLine() }
            state.hasEnded = true
            for waiter in state.waiters { waiter.promise.fulfil(nil) }
            state.waiters = []
        }
        ended.fulfil(())
    }

    /// Returns when every process that held the output has closed it.
    func waitForEnd() async throws {
        try await ended.value()
    }

    /// The first line from number `firstLine` on, written or to be written, that matches; nil
    /// where the output ends without one.
    func line(
        from firstLine: Int = 0, where matches: @escaping @Sendable (String) -> Bool
    ) async throws -> String? {
        let promise = Promise<String?>()
        state.withLock { state in
            if let line = state.lines.dropFirst(firstLine).first(where: matches) {
                promise.fulfil(line)
            } else if state.hasEnded {
                promise.fulfil(nil)
            } else {
                state.waiters.append(Waiter(firstLine: firstLine, matches: matches, promise: promise))
            }
        }
        return try await promise.value()
    }
}
