import Control
import EventLoop
import Linux
import Logging
import Placement
import QUICLB
import Steering

/// The pool's steering in its mode: the kernel program, or the kernel's hash with workers that forward, or without.
final class PoolSteering {
    private let kernel: KernelSteering?
    private let log: Logger
    private let addresses: [SocketAddress]
    /// What workers are told of it.
    let workerSteering: WorkerSteering

    /// Loads the program as the mode says.
    ///
    /// - Parameters:
    ///   - codecs: of the connection IDs that may come.
    ///   - log: told in one line, where the pool falls back, why.
    init(
        mode: SteeringMode, codecs: [PoolCodec], hash: PlacementHash, addresses: [SocketAddress],
        log: Logger
    ) throws(StartupFailure) {
        self.addresses = addresses
        self.log = log
        switch mode {
        case .off: (kernel, workerSteering) = (nil, .off)
        case .forward: (kernel, workerSteering) = (nil, .forward)
        case .ebpf:
            do {
                (kernel, workerSteering) = (try Self.load(codecs, hash, addresses), .kernel)
            } catch {
                throw Self.failure(error)
            }
            if let kernel, !codecs.allSatisfy(kernel.decodes) {
                throw StartupFailure(
                    .unavailable, "steering: decode encrypted connection IDs",
                    why: kernel.formReason ?? "the program has no AES",
                    remedy: "--steering auto forwards them, --connection-ids plaintext needs none")
            }
        case .automatic:
            do {
                (kernel, workerSteering) = (try Self.load(codecs, hash, addresses), .kernel)
            } catch {
                (kernel, workerSteering) = (nil, .forward)
                log.warning("workers forward packets to each other, which is slower", error: error)
            }
        }
        if let kernel { Self.tellDrawback(of: kernel, to: log) }
    }

    /// Goes on with what a former program of this process had loaded.
    ///
    /// - Parameters:
    ///   - codecs: of the connection IDs that the kernel program decodes.
    ///   - handover: nil where there is no kernel program.
    init(
        _ workerSteering: WorkerSteering, adopting handover: SteeringHandover?, codecs: [PoolCodec],
        hash: PlacementHash, addresses: [SocketAddress], log: Logger
    ) throws(StartupFailure) {
        self.addresses = addresses
        self.log = log
        self.workerSteering = workerSteering
        do {
            kernel = try handover.map { handover throws(SteeringError) in
                try KernelSteering(adopting: handover, configurations: codecs, hash: hash)
            }
        } catch {
            throw Self.failure(error)
        }
    }

    /// What the next program of this process goes on with; nil where there is no kernel program.
    var handover: SteeringHandover? { kernel?.handover }

    /// Puts this release's kernel program in the place of a former one's. Where that fails, the former one steers on.
    ///
    /// - Parameter sockets: one of each address.
    func bringUpToDate(_ sockets: [SocketAddress: Int32]) {
        guard let kernel, kernel.isOutdated else { return }
        do {
            try kernel.replacePrograms(sockets)
        } catch {
            log.warning("the former release's kernel program steers on", error: error)
        }
    }

    /// Gives up what it took to load the program. Kernels before 5.19 want CAP_BPF for every use of a map: there it stays.
    func giveUpPrivileges() {
        do {
            _ = try Privileges.giveUp([.bpf, .perfmon]) {
                guard let kernel else { return true }
                return (try? kernel.counters()) != nil
            }
        } catch {
            preconditionFailure("capset, to have less: \(error)")
        }
    }

    /// What a lesser form of the program costs, and why a better one was not taken.
    private static func tellDrawback(of kernel: KernelSteering, to log: Logger) {
        guard let reason = kernel.formReason else { return }
        log.warning(
            kernel.form == .calls
                ? "the kernel decrypts connection IDs by the slower program, without CAP_PERFMON"
                : "the kernel cannot decrypt connection IDs, and workers forward packets to each other",
            metadata: ["reason": "\(reason)"])
    }

    private static func load(
        _ codecs: [PoolCodec], _ hash: PlacementHash, _ addresses: [SocketAddress]
    ) throws(SteeringError) -> KernelSteering {
        let kernel = try KernelSteering(configurations: codecs, hash: hash)
        for address in addresses { try kernel.addAddress(address) }
        return kernel
    }

    /// The mode in effect, as the operator names it, and the form of the program.
    var description: String {
        switch workerSteering {
        case .kernel: "\(SteeringMode.ebpf.rawValue) \(kernel?.form.rawValue ?? "")"
        case .forward: SteeringMode.forward.rawValue
        case .off: SteeringMode.off.rawValue
        }
    }

    func register(
        _ socket: borrowing FileDescriptor, address: SocketAddress, slot: Slot
    ) throws(StartupFailure) {
        do {
            try kernel?.register(socket: socket.rawValue, address: address, slot: slot)
        } catch {
            throw Self.failure(error)
        }
    }

    /// How long the kernel may take until it has forgotten the program of a pool before this one.
    private static let releaseTimeout = Duration.seconds(5)

    /// Registers a socket of a pool before this one, whose program and maps may hold it still.
    func adopt(
        _ socket: borrowing FileDescriptor, address: SocketAddress, slot: Slot
    ) throws(StartupFailure) {
        let deadline = Instant.now + Self.releaseTimeout
        while true {
            do {
                try kernel?.register(socket: socket.rawValue, address: address, slot: slot)
                return
            } catch {
                // A socket is in one map. The former one goes with its program, grace periods after that was detached.
                guard error.underlying == .busy, Instant.now < deadline else { throw Self.failure(error) }
                _ = try? kernel?.settle()
            }
        }
    }

    /// Steers nothing more to the slot. When this returns, all that was steered to it is in its sockets.
    func withdraw(_ slot: Slot) throws(StartupFailure) {
        guard let kernel else { return }
        do {
            for address in addresses { try kernel.unregister(address: address, slot: slot) }
            try kernel.settle()
        } catch {
            throw Self.failure(error)
        }
    }

    func setRing(_ members: Set<Slot>) throws(StartupFailure) {
        do {
            try kernel?.setRing(Ring(active: members))
        } catch {
            throw Self.failure(error)
        }
    }

    func setConfiguration(_ codec: PoolCodec) throws(StartupFailure) {
        do {
            try kernel?.setConfiguration(codec)
        } catch {
            throw Self.failure(error)
        }
    }

    func removeConfiguration(_ id: ConfigurationID) throws(StartupFailure) {
        do {
            try kernel?.removeConfiguration(codepoint: id.rawValue)
        } catch {
            throw Self.failure(error)
        }
    }

    /// What the program counted, by name; nothing where there is none.
    func counters() throws(StartupFailure) -> [String: UInt64] {
        guard let kernel else { return [:] }
        do {
            let counters = try kernel.counters()
            return Dictionary(uniqueKeysWithValues: SteeringCounter.allCases.map { ($0.name, counters[$0]) })
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: SteeringError) -> StartupFailure {
        let reasons = [error.underlying?.description, error.detail].compactMap(\.self)
        return StartupFailure(
            error.isPermission ? .permission : .unavailable, "steering: \(error.attempt)",
            why: reasons.isEmpty ? "it failed" : reasons.joined(separator: "; "),
            remedy: error.code == .load ? "--steering forward needs no privilege" : nil)
    }
}
