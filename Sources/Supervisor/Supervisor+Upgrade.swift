import Control
import EventLoop
import Linux
import Logging
import Placement
import QUICLB

// One program of the process after the other.
extension Supervisor {
    /// Has the program at `path` go on with the pool: by default what is now where this one was started from.
    func upgrade(to path: String?, drainTimeout: Duration, _ reply: ControlReply?) throws(StartupFailure) {
        try requireServing("upgrade")
        let chosen: String
        let executable: Executable
        do throws(Errno) {
            chosen = if let path { path } else { try Executable.currentPath() }
            executable = try Executable(chosen)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), "upgrade to \(path ?? "this program's path")",
                why: "\(error)", remedy: "give --binary")
        }
        isUpgrading = true
        begin(
            UpgradeTrial(of: chosen, executable, in: self, drainTimeout: drainTimeout, reply: reply))
    }

    /// What the next program of this process goes on with; nil while a worker is about to be ready or to end.
    func handover(drainTimeout: Duration, reply: ControlReply?) -> Handover? {
        let states = slots.compactMap(\.handover)
        guard states.count == slots.count, let controlSocket else { return nil }
        return Handover(
            release: Release.version, executable: executable.rawValue, reply: reply?.descriptor,
            drainTimeoutSeconds: drainTimeout.components.seconds, fixed: configuration.fixedSettings,
            runLock: runDirectory.lockDescriptor, stateLock: keys.state.lockDescriptor,
            controlSocket: controlSocket.descriptor, poolPage: pageMemory.rawValue,
            addresses: addresses.map(\.description), placementKey: [placement.key.0, placement.key.1],
            workerSteering: steering.workerSteering.rawValue, steering: steering.handover,
            configurations: connectionIDs.configurations.map(\.id.rawValue), rotation: rotationState,
            slots: states)
    }

    private var rotationState: Handover.Rotation? {
        rotation.underway.map { former, users in
            Handover.Rotation(
                former: former.rawValue, usedBy: users.map(\.rawValue).sorted(),
                deadline: rotationTimer.deadline.nanoseconds)
        }
    }

    /// Goes on with a pool that a former program of this process left.
    ///
    /// - Parameters:
    ///   - handover: its descriptors are this object's.
    ///   - original: as it was left, to be given back.
    func resume(_ handover: Handover, original: Handover) throws(StartupFailure) {
        phase = .serving
        for slot in slots where slot.isActive { _ = ring.join(slot.slot) }
        setRing()
        resumeRotation(handover.rotation)
        if let holder = slots.first(where: { !$0.heldSockets.isEmpty }) {
            steering.bringUpToDate(
                Dictionary(uniqueKeysWithValues: zip(addresses, holder.heldSockets)))
        }
        steering.giveUpPrivileges()
        for slot in slots { slot.resume() }
        let reply = handover.reply.flatMap { controlSocket?.adopt($0) }
        if let failure = handover.failure {
            original.closeDescriptors()
            log.error("upgrade undone", error: failure)
            reply?.send(.error(failure))
            return
        }
        isUpgrading = true
        let completion = UpgradeCompletion(original, in: self, reply: reply)
        completion.start()
        begin(completion)
    }

    private func resumeRotation(_ state: Handover.Rotation?) {
        guard let state, let former = ConfigurationID(rawValue: state.former) else { return }
        loop.set(rotationTimer, to: Instant(nanoseconds: state.deadline))
        let users = Set(state.usedBy.map { Slot(rawValue: $0) })
        perform(rotation.begin(former: former, usedBy: users))
    }
}

extension Handover {
    var placement: PlacementHash? {
        placementKey.count == 2 ? PlacementHash(key: (placementKey[0], placementKey[1])) : nil
    }

    /// The addresses, which the pool's sockets hold.
    func reservations() throws(StartupFailure) -> [AddressReservation] {
        try addresses.map { text throws(StartupFailure) in
            guard let address = SocketAddress(text) else {
                throw StartupFailure(.internal, "go on with the pool", why: "\(text) is no address")
            }
            return AddressReservation(held: address)
        }
    }
}

extension PlacementHash {
    /// One that nobody knows.
    static func random() -> PlacementHash {
        var generator = SystemRandomNumberGenerator()
        return PlacementHash(using: &generator)
    }
}

extension PoolPage {
    /// The memory that this process has from a former program, or new.
    static func memory(held: Int32?) throws(Errno) -> SharedMemory {
        guard let held else { return try makeMemory() }
        return try SharedMemory(mapping: FileDescriptor(owning: held), size: size)
    }
}

extension PoolConfiguration {
    /// What a pool keeps over an upgrade, by option, without secrets.
    var fixedSettings: [String: String] {
        let options = service.options
        return [
            "--listen": addresses.dropLast(preferredCount).map(\.description).joined(separator: " "),
            "--preferred-address": addresses.suffix(preferredCount).map(\.description).joined(separator: " "),
            "--steering": steering.rawValue,
            "--host-id": hostID.description,
            "--connection-ids": connectionIDs.preset.rawValue,
            "--connection-id-length": connectionIDs.length.map { "\($0)" } ?? "",
            "--state-dir": stateDirectory,
            "--run-dir": runDirectory ?? ControlPath.defaultRunDirectory,
            "--gro": "\(options.sockets.receivesTrains)",
        ]
    }
}
