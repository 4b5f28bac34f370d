import Control
internal import FoundationEssentials
import Linux
import QUICLB
import Steering

/// A pool that runs, as one program of the supervisor's process leaves it to the next: what is not in the state directory,
/// and the descriptors, which stay open over the exec.
///
/// In JSON, so that two releases understand each other's: members may be added that are optional.
struct Handover: Codable, Sendable {
    /// Another is not understood.
    static let version = 1

    struct SlotState: Codable, Sendable {
        enum Standing: String, Codable {
            case active, draining, backingOff = "backing-off", retired
        }

        var slot: UInt8
        var standing: Standing
        var incarnation: UInt32
        var page: Int32
        /// By the address's index; none of a slot that is retired.
        var sockets: [Int32]
        var forwarding: Int32?
        var worker: WorkerState?
        /// On the monotonic clock.
        var since: UInt64
        var drainDeadline: UInt64?
    }

    struct WorkerState: Codable, Sendable {
        var pid: Int32
        var handle: Int32
        var channel: Int32
        /// On the monotonic clock.
        var began: UInt64
    }

    struct Rotation: Codable, Sendable {
        var former: UInt8
        var usedBy: [UInt8]
        /// On the monotonic clock.
        var deadline: UInt64
    }

    var version = Self.version
    /// The release that hands over, and its file.
    var release: String
    var executable: Int32
    /// Why the pool comes back to the program that had handed it over.
    var failure: StartupFailure?
    /// Who waits for the answer.
    var reply: Int32?
    /// How long the workers that there are may serve what they have.
    var drainTimeoutSeconds: Int64
    /// What cannot change, by option.
    var fixed: [String: String]
    var runLock: Int32
    var stateLock: Int32
    var controlSocket: Int32
    var poolPage: Int32
    var addresses: [String]
    var placementKey: [UInt64]
    var workerSteering: UInt8
    var steering: SteeringHandover?
    /// Codepoints of the configurations of connection IDs, oldest first.
    var configurations: [UInt8]
    var rotation: Rotation?
    var slots: [SlotState]
}

extension Handover {
    /// Longer is none.
    private static let maximumLength = 1 << 20

    /// - Throws: where the octets are none, or another release's that is not understood.
    init(decoding octets: [UInt8]) throws(StartupFailure) {
        struct Version: Decodable { var version: Int }
        let what = "go on with the pool"
        let data = Data(octets)
        guard let version = try? JSONDecoder().decode(Version.self, from: data).version else {
            throw StartupFailure(.internal, what, why: "what the former program left cannot be read")
        }
        guard version == Self.version else {
            throw StartupFailure(
                .unavailable, what, why: "the former program speaks version \(version), not \(Self.version)",
                remedy: "stop and start the pool")
        }
        do {
            self = try JSONDecoder().decode(Handover.self, from: data)
        } catch {
            throw StartupFailure(.internal, what, why: "\(error)")
        }
    }

    var encoded: [UInt8] {
        do {
            return Array(try JSONEncoder().encode(self))
        } catch {
            preconditionFailure("plain values can be encoded: \(error)")
        }
    }

    /// What the former program of this process left; nil where there was none.
    static func inherited() throws(StartupFailure) -> (handover: Handover, file: Int32)? {
        guard let text = Host.environment(ProcessEnvironment.handover) else { return nil }
        let octets: [UInt8]
        let file: Int32
        do throws(Errno) {
            guard let descriptor = Int32(text), descriptor > 2 else { throw .invalidArgument }
            file = descriptor
            octets = try MemoryFile.contents(of: file, limit: maximumLength)
        } catch {
            throw StartupFailure(
                .internal, "\(ProcessEnvironment.handover)=\(text)", why: "\(error)",
                remedy: "unset it, it is set for upgrades only")
        }
        return (try Handover(decoding: octets), file)
    }

    /// Calls `body` with each descriptor but the executable's, to put another in its place.
    mutating func forEachDescriptor(_ body: (inout Int32) throws(Errno) -> Void) throws(Errno) {
        if var descriptor = reply {
            try body(&descriptor)
            reply = descriptor
        }
        try body(&runLock)
        try body(&stateLock)
        try body(&controlSocket)
        try body(&poolPage)
        try steering?.forEachDescriptor(body)
        for index in slots.indices { try slots[index].forEachDescriptor(body) }
    }

    var descriptors: [Int32] {
        var descriptors = [executable]
        var copy = self
        try? copy.forEachDescriptor { descriptors.append($0) }
        return descriptors
    }

    /// The same with a duplicate of each descriptor, close-on-exec: what takes them over may fail, and the pool goes back with
    /// the originals.
    func duplicated() throws(Errno) -> Handover {
        var copy = self
        try copy.forEachDescriptor { descriptor throws(Errno) in
            descriptor = try FileDescriptor(duplicating: descriptor).release()
        }
        return copy
    }

    /// Closes the descriptors: duplicates are in use.
    func closeDescriptors() {
        for descriptor in descriptors { _ = FileDescriptor(owning: descriptor) }
    }

    /// Has the executable that `executable` is open on go on with the pool. Returns only where that fails.
    func replaceProcess(by executable: borrowing Executable) -> Errno {
        do {
            let file = try MemoryFile.make("drover-handover", encoded)
            return executable.replaceProcess(
                arguments: CommandLine.arguments,
                environment: ProcessEnvironment.setting(ProcessEnvironment.handover, to: "\(file.rawValue)"),
                inheriting: descriptors + [file.rawValue])
        } catch {
            return error
        }
    }

    /// Gives the pool back to the program that it came from, which says why. Returns only where that fails.
    func giveBack(_ failure: StartupFailure) -> Errno {
        var handover = self
        handover.failure = failure
        do {
            return handover.replaceProcess(
                by: Executable(adopting: try FileDescriptor(duplicating: executable)))
        } catch {
            return error
        }
    }
}

extension Handover.SlotState {
    fileprivate mutating func forEachDescriptor(_ body: (inout Int32) throws(Errno) -> Void) throws(Errno) {
        try body(&page)
        for index in sockets.indices { try body(&sockets[index]) }
        if var descriptor = forwarding {
            try body(&descriptor)
            forwarding = descriptor
        }
        if var state = worker {
            try body(&state.handle)
            try body(&state.channel)
            worker = state
        }
    }
}
