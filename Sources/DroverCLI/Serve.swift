import ArgumentParser
import Drover

/// `drover serve`
struct Serve: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve the echo application: every stream's bytes come back.",
        discussion: """
            Prints a line with the word ready when the pool serves. SIGTERM and SIGINT stop it; the exit status is \
            then 0. Of an option given twice the last counts, unless it says that several add up.

            \(PoolSettings.discussion)
            """)

    @OptionGroup var pool: PoolArguments

    func run() throws {
        let settings = try PoolSettings()
        let pool = Pool(
            try settings.options(), reloading: { try PoolSettings().checkedOptions() }, handler: Echo.handle)
        try settings.attributing { try pool.run() }
    }
}
