import Control
import EventLoop
private import Glibc
import Linux

/// One worker process: the channel to it, and its end. Confined to the loop's thread.
final class WorkerProcess {
    /// When it was started.
    let began: Instant
    private let handle: ProcessHandle
    private let channel: PacketChannel
    private let loop: EventLoop
    private unowned let owner: WorkerSlot
    private var channelSource: EventSource!
    private var exitSource: EventSource!
    private var isChannelOpen = true

    /// Starts the process. `owner` hears of its messages and its end, and keeps this object until then.
    init(_ command: WorkerCommand, loop: EventLoop, owner: WorkerSlot) throws(Errno) {
        began = .now
        let pair = try PacketChannel.makePair()
        handle = try ProcessSpawn.spawn(
            executable: command.executable, arguments: command.arguments,
            environment: WorkerChannel.environment(), inheriting: pair.second)
        // The other end closes here: the worker has it.
        channel = pair.ends { first, _ in first }
        self.loop = loop
        self.owner = owner
        do throws(Errno) {
            try watch()
        } catch {
            handle.end()
            throw error
        }
    }

    /// Goes on with a process that was started by a former program of this one.
    init(_ state: Handover.WorkerState, loop: EventLoop, owner: WorkerSlot) throws(Errno) {
        began = Instant(nanoseconds: state.began)
        handle = ProcessHandle(adopting: FileDescriptor(owning: state.handle), processID: state.pid)
        channel = PacketChannel(adopting: FileDescriptor(owning: state.channel))
        self.loop = loop
        self.owner = owner
        try watch()
    }

    /// What the next program of this process goes on with.
    var state: Handover.WorkerState {
        Handover.WorkerState(
            pid: processID, handle: handle.rawValue, channel: channel.rawValue, began: began.nanoseconds)
    }

    private func watch() throws(Errno) {
        channelSource = EventSource(fileDescriptor: channel.rawValue) { [unowned self] _ in receive() }
        exitSource = EventSource(fileDescriptor: handle.rawValue) { [unowned self] _ in reap() }
        try loop.add(channelSource, for: .readable)
        do throws(Errno) {
            try loop.add(exitSource, for: .readable)
        } catch {
            loop.remove(channelSource)
            throw error
        }
    }

    var processID: Int32 { handle.processID }

    /// Sends a message, or kills the worker if it does not take it: a worker that is not told is of no use.
    func send(_ message: SupervisorMessage, descriptors: [Int32] = []) {
        do {
            if try channel.send(message.encoded(), descriptors: descriptors) { return }
            owner.workerBroke(why: "it does not read its channel")
        } catch .brokenPipe {
            // It is about to end, or ended, which is an event of its own.
        } catch {
            owner.workerBroke(why: "a message to it could not be sent: \(error)")
        }
    }

    func kill() {
        do {
            try handle.send(signal: SIGKILL)
        } catch {
            preconditionFailure("kill worker \(processID): \(error)")
        }
    }

    /// Takes all messages that came.
    private func receive() {
        while true {
            do {
                switch try channel.receive() {
                case .message(let bytes, var descriptors):
                    owner.received(try WorkerMessage(decoding: bytes), descriptors: &descriptors)
                case .wouldBlock:
                    return
                case .endOfStream:
                    closeChannel()
                    return owner.channelClosed()
                }
            } catch {
                closeChannel()
                let isMalformed = error is MalformedMessage
                let why = isMalformed ? "it sent a malformed message" : "its message could not be received"
                return owner.workerBroke(why: "\(why): \(error)")
            }
        }
    }

    /// Listens no more.
    private func closeChannel() {
        isChannelOpen = false
        loop.remove(channelSource)
    }

    private func reap() {
        let status: ProcessHandle.Status?
        do {
            status = try handle.reap()
        } catch {
            preconditionFailure("wait for worker \(processID): \(error)")
        }
        guard let status else { return }
        // What it said before it ended comes first: it may say why.
        if isChannelOpen { receive() }
        closeChannel()
        loop.remove(exitSource)
        owner.workerEnded(status)
    }
}
