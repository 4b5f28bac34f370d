package import Linux

/// How a worker finds its end of the channel to the supervisor.
package enum WorkerChannel {
    /// Set in a worker's environment, to the number of the inherited descriptor and nothing else.
    package static let environmentVariable = "DROVER_WORKER_CHANNEL"

    /// Whether this process was started as a worker.
    package static var isInherited: Bool { Host.environment(environmentVariable) != nil }

    /// Takes the inherited channel. Called once.
    package static func adopt() throws(StartupFailure) -> PacketChannel {
        let text = Host.environment(environmentVariable) ?? ""
        guard let descriptor = Int32(text), descriptor == ProcessSpawn.inheritedDescriptor,
            let channel = PacketChannel(inherited: descriptor)
        else {
            throw StartupFailure(
                .internal, "\(environmentVariable)=\(text)", why: "there is no channel to a supervisor",
                remedy: "unset it, it is set for workers only")
        }
        return channel
    }

    /// What a service manager, which speaks with the supervisor alone, tells it.
    private static let managersVariables = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"]

    /// The environment of a worker: this process's and the variable, without what is the supervisor's.
    package static func environment() -> [String] {
        ProcessEnvironment.setting(environmentVariable, to: "\(ProcessSpawn.inheritedDescriptor)")
            .filter { entry in !managersVariables.contains { entry.hasPrefix("\($0)=") } }
    }
}
