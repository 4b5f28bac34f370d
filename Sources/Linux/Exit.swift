private import Glibc

/// Ends the process with `status`.
package func exitProcess(status: Int32) -> Never {
    exit(status)
}
