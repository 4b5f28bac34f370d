import Control
import EventLoop
private import Glibc
import Linux

/// A process in which another program says whether it could go on with this pool.
final class TrialProcess {
    enum Outcome {
        case passed
        case failed(StartupFailure)
    }

    private let handle: ProcessHandle
    private let channel: PacketChannel
    private let loop: EventLoop
    private var channelSource: EventSource!
    private var exitSource: EventSource!
    private var killTimer: Timer!
    private var answer: Outcome?
    private var status: ProcessHandle.Status?
    private var isOverdue = false

    /// Starts the program.
    init(_ path: String, _ handover: Handover, loop: EventLoop, timeout: Duration) throws(Errno) {
        let pair = try PacketChannel.makePair()
        // Before it starts: it does not wait.
        guard try pair.first.send(handover.encoded) else { throw .messageTooLong }
        handle = try ProcessSpawn.spawn(
            executable: path, arguments: CommandLine.arguments,
            environment: ProcessEnvironment.setting(
                ProcessEnvironment.trialChannel, to: "\(ProcessSpawn.inheritedDescriptor)"),
            inheriting: pair.second)
        channel = pair.ends { first, _ in first }
        self.loop = loop
        channelSource = EventSource(fileDescriptor: channel.rawValue) { [unowned self] _ in receive() }
        exitSource = EventSource(fileDescriptor: handle.rawValue) { [unowned self] _ in reap() }
        killTimer = Timer { [unowned self] in
            isOverdue = true
            try? handle.send(signal: SIGKILL)
        }
        do throws(Errno) {
            try loop.add(channelSource, for: .readable)
            try loop.add(exitSource, for: .readable)
        } catch {
            loop.remove(channelSource)
            handle.end()
            throw error
        }
        loop.set(killTimer, to: .now + timeout)
    }

    deinit {
        loop.remove(channelSource)
        loop.remove(exitSource)
        loop.clear(killTimer)
        if status == nil { handle.end() }
    }

    /// What it said, once it has ended; nil before.
    var outcome: Outcome? {
        guard let status else { return nil }
        if let answer { return answer }
        let why = isOverdue ? "it said nothing in time" : "it \(status) and said nothing"
        return .failed(StartupFailure(.unavailable, "its trial", why: why))
    }

    private func receive() {
        do {
            while true {
                switch try channel.receive() {
                case .message(let bytes, _):
                    switch try WorkerMessage(decoding: bytes) {
                    case .ready: answer = .passed
                    case .failed(let failure): answer = .failed(failure)
                    default: break
                    }
                case .wouldBlock: return
                case .endOfStream: return loop.remove(channelSource)
                }
            }
        } catch {
            loop.remove(channelSource)
        }
    }

    private func reap() {
        guard let ended = try? handle.reap() else { return }
        receive()
        status = ended
        loop.remove(channelSource)
        loop.remove(exitSource)
        loop.clear(killTimer)
    }
}
