/// What an operator asks of the pool over the control socket: one JSON object a line.
///
/// ```
/// {"command":"status"}
/// {"command":"resize","workers":6,"drainTimeout":300}
/// {"command":"rotate-key","key":"<32 hexadecimal digits>","grace":3600}
/// {"command":"lb-config"}
/// ```
///
/// `drainTimeout`, `key` and `grace` may be missing; times are whole seconds.
package enum ControlRequest: Hashable, Sendable {
    case status
    /// - drainTimeout: how long slots that are to go may serve what they have.
    case resize(workers: Int, drainTimeout: Duration)
    /// - key: nil for the one that the pool has announced.
    /// - grace: how long connections may use the former key's connection IDs.
    case rotateKey(key: String?, grace: Duration)
    /// What a load balancer has to know.
    case loadBalancerConfiguration

    package static let defaultDrainTimeout = Duration.seconds(300)
    package static let defaultGrace = Duration.seconds(3600)
}
