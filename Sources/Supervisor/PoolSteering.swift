import Control
import Linux
import Placement
import QUICLB
import Steering

/// The pool's steering in its mode: the kernel program, or nothing where the kernel's hash decides.
final class PoolSteering {
    private let kernel: KernelSteering?

    /// Loads the program as the mode says.
    ///
    /// - Parameter report: told the one line of why, where the pool falls back.
    init(
        mode: SteeringMode, codec: PoolCodec, hash: PlacementHash, addresses: [SocketAddress],
        report: (String) -> Void
    ) throws(StartupFailure) {
        switch mode {
        case .off: kernel = nil
        case .ebpf:
            do {
                kernel = try Self.load(codec: codec, hash: hash, addresses: addresses)
            } catch {
                throw Self.failure(error)
            }
        case .automatic:
            do {
                kernel = try Self.load(codec: codec, hash: hash, addresses: addresses)
            } catch {
                kernel = nil
                report(
                    "\(error); serving without steering, a client whose address changes loses its connection")
            }
        }
    }

    private static func load(
        codec: PoolCodec, hash: PlacementHash, addresses: [SocketAddress]
    ) throws(SteeringError) -> KernelSteering {
        let kernel = try KernelSteering(configurations: [codec], hash: hash)
        for address in addresses { try kernel.addAddress(address) }
        return kernel
    }

    /// The mode in effect, as the operator names it.
    var modeInEffect: SteeringMode { kernel == nil ? .off : .ebpf }

    func register(
        _ socket: borrowing FileDescriptor, address: SocketAddress, slot: Slot
    ) throws(StartupFailure) {
        do {
            try kernel?.register(socket: socket.rawValue, address: address, slot: slot)
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

    /// What the program counted, as `name=value`; nil where there is none.
    func counts() throws(StartupFailure) -> String? {
        guard let kernel else { return nil }
        do {
            let counters = try kernel.counters()
            return SteeringCounter.allCases.map { "\($0.name)=\(counters[$0])" }.joined(separator: " ")
        } catch {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: SteeringError) -> StartupFailure {
        let reasons = [error.underlying?.description, error.detail].compactMap(\.self)
        return StartupFailure(
            error.isPermission ? .permission : .unavailable, "steering: \(error.attempt)",
            why: reasons.isEmpty ? "it failed" : reasons.joined(separator: "; "),
            remedy: error.code == .load ? "--steering off serves without" : nil)
    }
}
