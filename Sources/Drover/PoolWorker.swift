private import Control
private import EventLoop
private import Linux
private import Listener
public import QUICLB
private import Transport
private import Worker

/// The worker of a pool that a handler runs in, and what it serves.
@LoopActor
public struct PoolWorker {
    private let worker: Worker
    private let listener: Listener
    /// The slot that the worker is in.
    public let slot: Slot

    /// The worker that this process is; nil where it is none, as in the supervisor.
    public static var current: PoolWorker? {
        guard let worker = Worker.current, let listener = worker.listener, let slot = worker.slot else {
            return nil
        }
        return PoolWorker(worker: worker, listener: listener, slot: slot)
    }

    /// What the worker listens on, the addresses of `PoolOptions.listen` and `preferredAddresses` in order, with their
    /// ports.
    public var localAddresses: [Endpoint] { listener.localAddresses.map { Endpoint($0) } }

    /// The port of the first address, which all workers share.
    public var port: UInt16 { listener.localAddresses[0].port }

    /// The worker's connections, those in their handshake and those that are closing included, in no order.
    public var connections: [Connection] { listener.connections.map { Connection($0) } }

    /// What `PoolOptions.handlerConfiguration` says now: a reload may have changed it.
    public var handlerConfiguration: [UInt8] { worker.handlerConfiguration }

    /// What the worker counted, and its slot's workers before it, by name: connections, datagrams, and the reasons why
    /// some were dropped or refused, as `drover status --json` shows them.
    public var counters: [String: UInt64] {
        guard let stats = worker.stats else { return [:] }
        return Dictionary(uniqueKeysWithValues: Counter.allCases.map { ($0.name, stats[$0]) })
    }
}
