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
    ///   - isReadOnly: whether to leave it as it is. It may be missing then.
    init(_ path: String?, isReadOnly: Bool = false) throws(StartupFailure) {
        self.isReadOnly = isReadOnly
        if let path {
            self.path = path
        } else {
            self.path = try Self.defaultPath()
        }
        // The private key is kept in it: who can write here could replace it.
        let directory = PrivateDirectory(
            self.path, name: "state directory", option: "--state-dir", forbidding: .writing)
        if isReadOnly { try directory.checkIfThere() } else { try directory.make() }
    }

    private static func defaultPath() throws(StartupFailure) -> String {
        if let path = Host.environment("STATE_DIRECTORY") {
            // systemd lists several, separated by colons.
            return String(path.prefix { $0 != ":" })
        }
        if Host.isRoot { return "/var/lib/drover" }
        if let path = Host.environment("XDG_STATE_HOME") { return "\(path)/drover" }
        if let path = Host.environment("HOME") { return "\(path)/.local/state/drover" }
        throw StartupFailure(
            .configuration, "state directory", why: "neither XDG_STATE_HOME nor HOME is set",
            remedy: "give --state-dir")
    }
}
