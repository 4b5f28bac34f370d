internal import Control
internal import Linux

/// A file that lines are added to, which an option names.
enum LogFile {
    static func open(_ what: String, _ path: String) throws(StartupFailure) -> AppendedFile {
        do {
            return try AppendedFile(path)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), "\(what) \(path)", why: "\(error)",
                remedy: "give the path of a file that can be written")
        }
    }
}
