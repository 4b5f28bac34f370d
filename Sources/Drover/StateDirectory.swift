import Control
import Linux

/// The directory for what outlives the pool.
struct StateDirectory {
    let path: String
    /// Whether nothing is made or changed, neither it nor what is in it.
    let isReadOnly: Bool

    /// Makes the directory if need be, and checks it.
    ///
    /// - Parameters:
    ///   - path: nil for the usual place.
    ///   - owner: whose it is to be; by default this process's user's, or root's.
    ///   - isReadOnly: whether to leave it as it is. It may be missing then.
    init(_ path: String?, for owner: UserAccount? = nil, isReadOnly: Bool = false) throws(StartupFailure) {
        self.isReadOnly = isReadOnly
        if let path {
            self.path = path
        } else {
            self.path = try Self.defaultPath()
        }
        // The private key is kept in it: who can write here could replace it.
        let directory = PrivateDirectory(
            self.path, name: "state directory", option: "--state-dir", forbidding: .writing, for: owner)
        if isReadOnly { try directory.checkIfThere() } else { try directory.make() }
    }

    /// The usual place of root's.
    static var rootsPath: String { managersPath ?? "/var/lib/drover" }

    /// systemd lists several, separated by colons.
    private static var managersPath: String? {
        Host.environment("STATE_DIRECTORY").map { String($0.prefix { $0 != ":" }) }
    }

    private static func defaultPath() throws(StartupFailure) -> String {
        if Host.isRoot { return rootsPath }
        if let path = managersPath { return path }
        if let path = Host.environment("XDG_STATE_HOME") { return "\(path)/drover" }
        if let path = Host.environment("HOME") { return "\(path)/.local/state/drover" }
        throw StartupFailure(
            .configuration, "state directory", why: "neither XDG_STATE_HOME nor HOME is set",
            remedy: "give --state-dir")
    }
}
