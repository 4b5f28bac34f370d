/// How packets find the worker that owns their connection.
package enum SteeringMode: String, CaseIterable, Sendable {
    /// By the kernel program if it can be loaded, else as `forward`.
    case automatic = "auto"
    /// By the kernel program; the pool does not start without.
    case ebpf
    /// By the kernel's hash of the 4-tuple, and from worker to worker. Needs no privilege.
    case forward
    /// By the kernel's hash alone: a connection is lost when its client's address changes.
    case off
}
