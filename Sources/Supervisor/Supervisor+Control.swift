import Control
import EventLoop
import Linux
import QUICLB

// What operators ask over the control socket.
extension Supervisor {
    func answer(_ request: ControlRequest) -> ControlAnswer {
        do throws(StartupFailure) {
            switch request {
            case .status: return .status(try status())
            case .resize(let workers, let drainTimeout):
                return .resize(try resize(to: workers, drainTimeout: drainTimeout))
            case .rotateKey(let key, let grace): return .rotateKey(try rotate(to: key, grace: grace))
            case .loadBalancerConfiguration: return .loadBalancerConfiguration(contract)
            }
        } catch {
            return .error(error)
        }
    }

    private func status() throws(StartupFailure) -> PoolStatus {
        let state: PoolStatus.State =
            switch phase {
            case .starting: .starting
            case .serving: .serving
            case .stopping: .stopping
            }
        return PoolStatus(
            state: state, steering: steering.description, addresses: addresses.map(\.description),
            workers: slots.count { $0.isWanted },
            configurations: connectionIDs.configurations.map(\.id.rawValue), slots: slots.map(\.status),
            kernel: try steering.counters())
    }

    // MARK: Resize

    private func resize(
        to count: Int, drainTimeout: Duration
    ) throws(StartupFailure) -> ControlAnswer.Resize {
        let what = "resize to \(count)"
        switch phase {
        case .serving: break
        case .starting:
            throw StartupFailure(
                .temporary, what, why: "the pool is starting", remedy: "try again when it is ready")
        case .stopping: throw StartupFailure(.temporary, what, why: "the pool is stopping")
        }
        guard PoolConfiguration.workerCounts.contains(count) else {
            throw StartupFailure(
                .usage, what, why: "a pool has 1 to 256 workers", remedy: "give a number in that range")
        }
        try configuration.checkDescriptors(forWorkers: count)
        let plan = ResizePlan(slots.map(\.entry), count: count)
        let deadline = Instant.now + drainTimeout
        for slot in plan.takingBack { _ = slots[Int(slot.rawValue)].takeBack() }
        try start(plan.starting, what)
        for slot in plan.draining { slots[Int(slot.rawValue)].drain(by: deadline) }
        return ControlAnswer.Resize(
            workers: count, starting: plan.starting.map(\.rawValue),
            draining: slots.filter(\.isDraining).map(\.slot.rawValue))
    }

    private func start(_ starting: [Slot], _ what: String) throws(StartupFailure) {
        for slot in starting {
            do {
                while slots.count <= Int(slot.rawValue) { _ = try addSlot() }
            } catch {
                throw StartupFailure(.unavailable, what, why: "slot \(slot) has no stats page: \(error)")
            }
            slots[Int(slot.rawValue)].start()
        }
    }

    // MARK: Connection IDs

    private func rotate(
        to text: String?, grace: Duration
    ) throws(StartupFailure) -> ControlAnswer.RotateKey {
        guard case .serving = phase else {
            throw StartupFailure(
                .temporary, "rotate the key", why: "the pool is not serving", remedy: "try again when it is")
        }
        let key = text.flatMap { Hexadecimal.decode($0) }.flatMap(Configuration.Key.init)
        guard text == nil || key != nil else {
            throw StartupFailure(.usage, "rotate the key", why: "a key has 32 hexadecimal digits")
        }
        let former = connectionIDs.current.id
        try rotateKey(to: key, grace: grace)
        return ControlAnswer.RotateKey(from: former.rawValue, to: connectionIDs.current.id.rawValue)
    }

    private var contract: PoolContract {
        let configurations = [connectionIDs.current, connectionIDs.next, connectionIDs.former].compactMap(
            \.self)
        return PoolContract(
            hostID: connectionIDs.layout.host.description, addresses: addresses.map(\.description),
            configurations: configurations.map { configuration in
                PoolContract.Configuration(
                    configID: configuration.id.rawValue,
                    key: configuration.key.map { Hexadecimal.encode($0.octets) },
                    serverIDLength: configuration.serverIDLength, nonceLength: configuration.nonceLength,
                    firstOctetEncodesLength: configuration.firstOctet == .encodesLength)
            })
    }
}
