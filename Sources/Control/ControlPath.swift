import Linux

/// Where operators reach the pool.
package enum ControlPath {
    /// The control socket in a run directory.
    package static func path(in directory: String) -> String { "\(directory)/control" }

    /// The run directory, where none is given: what the service manager gives, else the usual place of the user.
    package static var defaultRunDirectory: String { defaultRunDirectory(asRoot: Host.isRoot) }

    /// - Parameter asRoot: whether the usual place is root's.
    package static func defaultRunDirectory(asRoot: Bool) -> String {
        if let path = Host.environment("RUNTIME_DIRECTORY") {
            // systemd lists several, separated by colons.
            return String(path.prefix { $0 != ":" })
        }
        if asRoot { return "/run/drover" }
        if let path = Host.environment("XDG_RUNTIME_DIR") { return "\(path)/drover" }
        return "/tmp/drover-\(Host.userID)"
    }
}
