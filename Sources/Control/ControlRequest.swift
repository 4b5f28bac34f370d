package import QUICLB

/// What an operator asks of the pool over the control socket: one JSON object a line.
///
/// ```
/// {"command":"status"}
/// {"command":"resize","workers":6,"drainTimeout":300,"wait":true}
/// {"command":"resize","by":-1}
/// {"command":"drain","slot":3,"drainTimeout":300,"wait":true}
/// {"command":"undrain","slot":3}
/// {"command":"restart","slot":3,"drainTimeout":300}
/// {"command":"reload"}
/// {"command":"upgrade","binary":"/usr/bin/drover","drainTimeout":300}
/// {"command":"rotate-key","key":"<32 hexadecimal digits>","grace":3600}
/// {"command":"rotate-secrets"}
/// {"command":"lb-config"}
/// {"command":"connections","slot":3,"peer":"192.0.2.7"}
/// {"command":"close","connection":"3.1042","code":0,"reason":"…"}
/// {"command":"stop","now":true}
/// ```
///
/// All members but `command`, `slot` of drain and undrain, `connection`, and one of `workers` and `by` may be missing; times
/// are whole seconds.
package enum ControlRequest: Hashable, Sendable {
    case status
    /// - drainTimeout: how long slots that are to go may serve what they have.
    /// - waits: whether the answer comes when it is done, after lines of progress.
    case resize(WorkerCountChange, drainTimeout: Duration, waits: Bool)
    /// One worker fewer, and this slot's.
    case drain(Slot, timeout: Duration, waits: Bool)
    /// The draining slot is wanted again.
    case undrain(Slot)
    /// A new worker, in a free slot, takes the place of the slot's, which drains; of every slot's in turn where it is nil.
    case restart(Slot?, drainTimeout: Duration)
    /// The configuration is read anew.
    case reload
    /// Another executable takes over; nil: what is now at the path of this one.
    case upgrade(binary: String?, drainTimeout: Duration)
    /// - key: nil for the one that the pool has announced.
    /// - grace: how long connections may use the former key's connection IDs.
    case rotateKey(key: String?, grace: Duration)
    /// The keys of session tickets and tokens are replaced.
    case rotateSecrets
    /// What a load balancer has to know.
    case loadBalancerConfiguration
    /// - slot: of this one's worker only.
    /// - peer: from this IP address only.
    case connections(slot: Slot?, peer: String?)
    /// - code: the application's, of CONNECTION_CLOSE.
    case close(ConnectionNumber, code: UInt64, reason: String)
    /// - now: without waiting for clients to have heard of it.
    case stop(now: Bool)

    package static let defaultDrainTimeout = Duration.seconds(300)
    package static let defaultGrace = Duration.seconds(3600)
    package static let defaultCloseReason = "closed by the operator"
}

/// How many workers there are to be.
package enum WorkerCountChange: Hashable, Sendable {
    case to(Int)
    /// More than are wanted now, or fewer.
    case by(Int)
}
