/// Why a command cannot do what it was asked for.
struct CommandFailure: Error, CustomStringConvertible {
    /// The kinds of failure; the raw value is the exit status (sysexits.h).
    enum Category: Int32 {
        /// The command line is wrong.
        case usage = 64
        /// What it names is not what it should be: a connection ID that says nothing.
        case data = 65
    }

    let category: Category
    /// One line: what was tried, why it failed, and what to do.
    let description: String

    init(_ category: Category, _ description: String) {
        self.category = category
        self.description = description
    }

    var exitStatus: Int32 { category.rawValue }
}
