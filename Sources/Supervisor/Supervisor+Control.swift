import Control
import EventLoop
import Linux
import QUICLB

// What operators ask over the control socket.
extension Supervisor {
    func answer(_ request: ControlRequest, _ reply: ControlReply) {
        do throws(StartupFailure) {
            try take(request, reply)
        } catch {
            reply.send(.error(error))
        }
    }

    private func take(_ request: ControlRequest, _ reply: ControlReply) throws(StartupFailure) {
        switch request {
        case .status: reply.send(.status(try status()))
        case .resize(let change, let drainTimeout, let waits):
            answer(.resize, try resize(change, drainTimeout: drainTimeout), waits: waits, reply)
        case .drain(let slot, let timeout, let waits):
            answer(.drain, try drain(slot, timeout: timeout), waits: waits, reply)
        case .undrain(let slot): reply.send(.change(.undrain, try undrain(slot)))
        case .restart(let slot, let drainTimeout):
            try restart(slot, drainTimeout: drainTimeout, reply)
        case .reload: try reload(reply)
        case .upgrade(let binary, let drainTimeout):
            try upgrade(to: binary, drainTimeout: drainTimeout, reply)
        case .rotateKey(let key, let grace): reply.send(.rotateKey(try rotate(to: key, grace: grace)))
        case .rotateSecrets:
            try rotateSecrets()
            reply.send(.done(.rotateSecrets))
        case .loadBalancerConfiguration: reply.send(.loadBalancerConfiguration(contract))
        case .connections(let slot, let peer): try listConnections(of: slot, from: peer, reply)
        case .close(let connection, let code, let reason):
            try closeConnection(connection, code: code, reason: reason, reply)
        case .stop(let now):
            reply.send(.done(.stop))
            stop()
            // What stops the second time stops at once.
            if now { stop() }
        }
    }

    /// Answers now, or when what was wished for has come true.
    private func answer(_ command: ControlCommand, _ change: PoolChange, waits: Bool, _ reply: ControlReply) {
        if waits {
            begin(AwaitedChange(command, change, of: self, reply: reply))
        } else {
            reply.send(.change(command, change))
        }
    }

    /// Takes what only a pool can do that serves.
    func requireServing(_ what: String) throws(StartupFailure) {
        switch phase {
        case .serving:
            guard isUpgrading else { return }
            throw StartupFailure(
                .temporary, what, why: "the pool is being upgraded", remedy: "try again when it is")
        case .starting:
            throw StartupFailure(
                .temporary, what, why: "the pool is starting", remedy: "try again when it is ready")
        case .stopping: throw StartupFailure(.temporary, what, why: "the pool is stopping")
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
            workers: wantedCount, configurations: connectionIDs.configurations.map(\.id.rawValue),
            slots: slots.map(\.status), kernel: try steering.counters())
    }

    // MARK: Operations

    /// Has an operation go on until it is done.
    func begin(_ operation: any PoolOperation) {
        operations.append(operation)
    }

    /// To be called after each turn of the loop.
    func proceedWithOperations() {
        guard !operations.isEmpty else { return }
        // Who is answered may ask for the next at once.
        let finished = operations.filter { $0.proceed() }
        operations.removeAll { operation in finished.contains { $0 === operation } }
    }

    // MARK: Connection IDs

    private func rotate(
        to text: String?, grace: Duration
    ) throws(StartupFailure) -> ControlAnswer.RotateKey {
        try requireServing("rotate the key")
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
