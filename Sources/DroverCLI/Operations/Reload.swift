import ArgumentParser
import Control

/// `drover reload`
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a running pool read its configuration anew, as SIGHUP does.",
        discussion: """
            Certificates, keys, limits and the number of workers may have changed. Connections go on. A configuration with \
            a fault, or that changes what a running pool cannot, is refused whole, and the old one stays.
            """)

    @OptionGroup var control: ControlOptions

    func run() throws {
        try control.order(.reload, done: "the configuration is in use")
    }
}
