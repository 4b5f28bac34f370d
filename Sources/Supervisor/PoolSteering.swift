import Control
import Linux
import Placement
import QUICLB
import Steering

/// The pool's steering in its mode: the kernel program, or the kernel's hash with workers that forward, or without.
final class PoolSteering {
    private let kernel: KernelSteering?
    private let report: (String) -> Void
    private let addresses: [SocketAddress]
    /// What workers are told of it.
    let workerSteering: WorkerSteering

    /// Loads the program as the mode says.
    ///
    /// - Parameters:
    ///   - codecs: of the connection IDs that may come.
    ///   - report: told the one line of why, where the pool falls back.
    init(
        mode: SteeringMode, codecs: [PoolCodec], hash: PlacementHash, addresses: [SocketAddress],
        report: @escaping (String) -> Void
    ) throws(StartupFailure) {
        self.addresses = addresses
        self.report = report
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
                report("\(error); workers forward packets to each other instead, which is slower")
            }
        }
        if let drawback = kernel.flatMap({ Self.drawback(of: $0) }) { report(drawback) }
    }

    /// Goes on with what a former program of this process had loaded.
    ///
    /// - Parameters:
    ///   - codecs: of the connection IDs that the kernel program decodes.
    ///   - handover: nil where there is no kernel program.
    init(
        _ workerSteering: WorkerSteering, adopting handover: SteeringHandover?, codecs: [PoolCodec],
        hash: PlacementHash, addresses: [SocketAddress], report: @escaping (String) -> Void
    ) throws(StartupFailure) {
        self.addresses = addresses
        self.report = report
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
            report("\(error); the former release's kernel program steers on")
        }
    }

    /// What a lesser form of the program costs, and why a better one was not taken; nil where it is the best.
    private static func drawback(of kernel: KernelSteering) -> String? {
        guard let reason = kernel.formReason else { return nil }
        let drawback =
            kernel.form == .calls
            ? "the kernel decrypts connection IDs by the slower program, without CAP_PERFMON"
            : "the kernel cannot decrypt connection IDs, and workers forward packets to each other instead"
        return "steering: \(drawback): \(reason)"
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

    /// The same as `name=value`, in the order of decision; nil where there is no program.
    func counts() throws(StartupFailure) -> String? {
        let counters = try counters()
        guard !counters.isEmpty else { return nil }
        return SteeringCounter.allCases.map { "\($0.name)=\(counters[$0.name] ?? 0)" }.joined(separator: " ")
    }

    private static func failure(_ error: SteeringError) -> StartupFailure {
        let reasons = [error.underlying?.description, error.detail].compactMap(\.self)
        return StartupFailure(
            error.isPermission ? .permission : .unavailable, "steering: \(error.attempt)",
            why: reasons.isEmpty ? "it failed" : reasons.joined(separator: "; "),
            remedy: error.code == .load ? "--steering forward needs no privilege" : nil)
    }
}
