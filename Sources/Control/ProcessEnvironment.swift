import Linux

/// The environment that this program's own processes and successors find.
package enum ProcessEnvironment {
    /// Set in a process that tries an upgrade, to the number of the inherited channel.
    package static let trialChannel = "DROVER_TRIAL_CHANNEL"
    /// Set in a program that goes on with a pool, to the number of the descriptor that says with what.
    package static let handover = "DROVER_HANDOVER"

    /// This process's environment for a process or program in another role.
    ///
    /// - Parameter role: the variable that tells it.
    package static func setting(_ role: String, to value: String) -> [String] {
        let roles = [WorkerChannel.environmentVariable, trialChannel, handover]
        precondition(roles.contains(role), "not the variable of a role")
        return ProcessSpawn.environment.filter { entry in !roles.contains { entry.hasPrefix("\($0)=") } }
            + ["\(role)=\(value)"]
    }
}
