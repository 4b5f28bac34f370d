import Supervisor

extension PoolOptions {
    /// Does all of a start that makes and changes nothing: reads the files that the options name, tries TLS with them,
    /// and looks at the directories as they are. Addresses are not bound, and no program is loaded.
    package func check() throws(SetupFailure) {
        do {
            try configuration(isReadOnly: true).check()
        } catch {
            throw SetupFailure(error)
        }
    }
}
