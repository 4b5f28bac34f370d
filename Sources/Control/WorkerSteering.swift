/// How packets come to a worker, and what it does with those that are another's.
package enum WorkerSteering: UInt8, CaseIterable, Sendable {
    /// The kernel program chose the worker for a datagram, or for a train by its first. The others of a train are
    /// forwarded where they are another's.
    case kernel
    /// The kernel's hash of the 4-tuple chose it: what is another's is forwarded, and new connections go where the
    /// ring says.
    case forward
    /// The same without forwarding.
    case off
}
