import Control
import Linux
import Logging
import Logs
import QUICLB

/// The sockets that the service manager kept while no supervisor ran, with the packets that came meanwhile.
///
/// A slot's sockets are of use where there is one for each address of the configuration; the others are closed.
struct StoredSockets {
    /// The sockets of each slot, in the order of the addresses.
    let slots: [Slot: [PassedDescriptor]]
    /// The configuration's, with their ports.
    private let addresses: [SocketAddress]

    private static let namePrefix = "drover-"

    /// What the manager calls a slot's sockets. Their addresses are known by themselves, and may be in another order in
    /// the next configuration.
    static func name(of slot: Slot) -> String { "\(namePrefix)\(slot)" }

    private static func slot(named name: String) -> Slot? {
        guard name.hasPrefix(namePrefix), let number = UInt8(name.dropFirst(namePrefix.count)) else {
            return nil
        }
        return Slot(rawValue: number)
    }

    /// Takes what this process was passed; what is of no use is closed, and the manager has closed it, too.
    ///
    /// - Returns: nil where no slot has its sockets.
    static func take(
        for configuration: PoolConfiguration, _ manager: ServiceManager, _ log: Logger
    ) throws(StartupFailure) -> StoredSockets? {
        let claimed = try claim()
        let stored = StoredSockets(claimed, for: configuration.addresses)
        let kept = stored.slots.values.joined()
        let useless = claimed.filter { socket in !kept.contains { $0 === socket } }
        if !useless.isEmpty {
            // With those of the slot that are kept, as all have one name: these are stored anew.
            Set(useless.compactMap { slot(named: $0.name) }).sorted().forEach(manager.forget)
            // Or else what the manager has still open would be in the way of what is bound next.
            manager.synchronize()
            log.notice(
                "sockets that the service manager kept are closed, as the addresses are others",
                metadata: ["closed": .number(useless.count), "kept": .number(kept.count)])
        }
        return stored.slots.isEmpty ? nil : stored
    }

    private static func claim() throws(StartupFailure) -> [PassedDescriptor] {
        let passed: PassedDescriptors
        do {
            passed = try PassedDescriptors.take()
        } catch {
            throw refusal(of: error.what, why: error.why)
        }
        do {
            return try passed.claim { slot(named: $0) != nil }
        } catch {
            throw refusal(of: "LISTEN_FDS=\(passed.names.count)", why: "\(error)")
        }
    }

    private static func refusal(of what: String, why: String) -> StartupFailure {
        StartupFailure(
            .configuration, what, why: why, remedy: "unset it where no service manager has set it")
    }

    private init(_ claimed: [PassedDescriptor], for wanted: [SocketAddress]) {
        let bound = claimed.compactMap { try? $0.fileDescriptor.boundAddress() }
        let addresses = Self.resolve(wanted, among: bound)
        self.addresses = addresses
        slots = Dictionary(grouping: claimed) { Self.slot(named: $0.name)! }.compactMapValues { own in
            let sockets = addresses.compactMap { address in own.first { Self.isMember($0, of: address) } }
            return sockets.count == addresses.count ? sockets : nil
        }
    }

    /// The addresses with the ports that are bound: where a port is 0, that of a socket which no other address has.
    private static func resolve(
        _ addresses: [SocketAddress], among bound: [SocketAddress]
    ) -> [SocketAddress] {
        var resolved = addresses
        for index in resolved.indices where resolved[index].port == 0 {
            let match = bound.first { candidate in
                var anyPort = candidate
                anyPort.port = 0
                return anyPort == addresses[index] && !resolved.contains(candidate)
            }
            if let match { resolved[index] = match }
        }
        return resolved
    }

    private static func isMember(_ socket: PassedDescriptor, of address: SocketAddress) -> Bool {
        do {
            return try ReuseportGroup.objection(to: socket.fileDescriptor.rawValue, at: address) == nil
        } catch {
            return false
        }
    }

    /// The addresses, which the sockets hold.
    var reservations: [AddressReservation] { addresses.map { AddressReservation(held: $0) } }
}
