package import Control

/// Why a pool could not start, of which nothing is left running then, or why a client could not be set up.
public struct SetupFailure: Error, Sendable, CustomStringConvertible {
    package let failure: StartupFailure

    package init(_ failure: StartupFailure) {
        self.failure = failure
    }

    /// The exit status that tells a script what kind of failure it is: 64 usage, 69 unavailable, 70 Drover's
    /// own fault, 77 permission, 78 configuration (sysexits.h).
    public var exitStatus: Int32 { failure.exitStatus }

    /// One line: what was tried, why it failed, and what to do.
    public var description: String { failure.description }
}
