private import CLinux

/// The name that ps and top show.
package enum ProcessName {
    /// Names the process; called on its main thread. The kernel keeps 15 octets.
    package static func set(_ name: String) {
        _ = clinux_process_name(name)
    }
}
