package import Linux

/// Why a pool or a worker cannot start, or cannot do what an operator asks: one line, and the exit status that goes
/// with it.
package struct StartupFailure: Error, Hashable, Sendable {
    /// What kind of failure it is; the raw value is the exit status (sysexits.h).
    package enum Category: UInt8, CaseIterable, Sendable {
        /// The command line is wrong.
        case usage = 64
        /// Something that the pool needs of the host is not to be had now.
        case unavailable = 69
        /// Drover itself is at fault.
        case `internal` = 70
        /// It cannot be done now, and may be later.
        case temporary = 75
        /// A privilege is missing.
        case permission = 77
        /// What the options name cannot be used: a file, an address, a library.
        case configuration = 78
    }

    package let category: Category
    /// What was tried, and on what.
    package let what: String
    /// Why it failed.
    package let why: String
    /// What to do about it.
    package let remedy: String?

    package init(_ category: Category, _ what: String, why: String, remedy: String? = nil) {
        self.category = category
        self.what = what
        self.why = why
        self.remedy = remedy
    }

    package var exitStatus: Int32 { Int32(category.rawValue) }
}

extension StartupFailure.Category {
    /// The category of a failure to use a file or directory that an option names.
    package init(using error: Errno) {
        let isPermission = error == .accessDenied || error == .notPermitted
        self = isPermission ? .permission : .configuration
    }
}

extension StartupFailure: CustomStringConvertible {
    /// One line: `<what>: <why>; <what to do>`.
    package var description: String {
        let line = remedy.map { "\(what): \(why); \($0)" } ?? "\(what): \(why)"
        // A cause may come from a library or another process; it cannot break the line.
        return String(line.map { $0.isNewline ? " " : $0 })
    }
}

extension StartupFailure {
    func write(to writer: inout ByteWriter) {
        writer.write(category.rawValue)
        writer.write(what)
        writer.write(why)
        writer.write(remedy ?? "")
    }

    init(from reader: inout ByteReader) throws(MalformedMessage) {
        let status = try reader.read(UInt8.self)
        guard let category = Category(rawValue: status) else {
            throw .invalidValue(field: "exit status", value: UInt64(status))
        }
        let what = try reader.readText()
        let why = try reader.readText()
        let remedy = try reader.readText()
        self.init(category, what, why: why, remedy: remedy.isEmpty ? nil : remedy)
    }
}
