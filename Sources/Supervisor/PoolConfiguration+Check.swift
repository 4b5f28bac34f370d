package import Control

extension PoolConfiguration {
    /// Throws where a pool of this configuration could not start here, as far as that shows without making or changing
    /// anything.
    package func check() throws(StartupFailure) {
        try validate()
        try raiseDescriptorLimit()
        _ = try ConnectionIDLayout(connectionIDs, host: hostID)
        try PrivateDirectory.runDirectory(runDirectory ?? ControlPath.defaultRunDirectory, for: owner)
            .checkIfThere()
        _ = try SecretsRecord.load(from: stateDirectory)
        _ = try ConnectionIDRecord.load(from: stateDirectory)
    }
}
