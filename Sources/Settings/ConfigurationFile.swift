package import Control
private import Linux

/// The settings of a file, in YAML or JSON: a mapping of their names to their values.
package struct ConfigurationFile: Sendable {
    /// More is no configuration.
    private static let maximumLength = 1 << 20

    package struct Entry: Hashable, Sendable {
        package let setting: Setting
        package let value: SettingValue
        /// The first is 1.
        package let line: Int
    }

    let path: String
    /// In the order of the file, no setting twice.
    package private(set) var entries: [Entry] = []

    /// - Parameters:
    ///   - option: what names the file, for errors.
    ///   - table: what may be set in it.
    init(reading path: String, namedBy option: String, _ table: [Setting]) throws(StartupFailure) {
        let octets: [UInt8]
        do {
            octets = try File.contents(of: path, limit: Self.maximumLength)
        } catch {
            throw StartupFailure(
                StartupFailure.Category(using: error), "\(option) \(path)", why: "\(error)",
                remedy: "give the path of a YAML or JSON file of 1 MiB at most")
        }
        try self.init(octets, path: path, table)
    }

    /// - Parameter path: names the file in errors.
    package init(_ octets: [UInt8], path: String, _ table: [Setting]) throws(StartupFailure) {
        self.path = path
        let mapping: YAMLMapping
        do {
            mapping = try YAMLMapping(parsing: octets)
        } catch {
            throw StartupFailure(
                .configuration, "\(path):\(error.line)", why: error.why,
                remedy: "write names and values as YAML or JSON, such as workers: 4")
        }
        let names = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0) })
        var lines: [String: Int] = [:]
        for entry in mapping.entries {
            let subject = "\(path):\(entry.line): \(Self.shortened(entry.key))"
            guard let setting = names[entry.key] else { throw Self.unknown(entry.key, subject, table) }
            if let line = lines.updateValue(entry.line, forKey: entry.key) {
                throw StartupFailure(
                    .configuration, subject, why: "line \(line) has set it", remedy: "drop one of them")
            }
            entries.append(
                Entry(
                    setting: setting, value: try Self.value(entry.value, of: setting, subject),
                    line: entry.line))
        }
    }

    private static func unknown(_ key: String, _ subject: String, _ table: [Setting]) -> StartupFailure {
        let suggestion = Suggestion.nearest(to: key, among: table.map(\.name))
        return StartupFailure(
            .configuration, subject, why: "there is no such setting",
            remedy: suggestion.map { "did you mean \($0)?" } ?? "see drover check --all")
    }

    /// What of a key goes into an error.
    private static func shortened(_ key: String) -> String {
        key.count > 64 ? "\(key.prefix(64))…" : key
    }

    private static func value(
        _ value: YAMLMapping.Value, of setting: Setting, _ subject: String
    ) throws(StartupFailure) -> SettingValue {
        func failure(_ why: String, _ remedy: String) -> StartupFailure {
            StartupFailure(.configuration, subject, why: why, remedy: remedy)
        }
        let texts =
            switch value {
            case .text(let text, _): [text]
            case .list(let texts): texts
            }
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw failure("it has an octet that is zero", "no value has one")
        }
        switch (setting.kind, value) {
        case (_, .text(_, isNull: true)): throw failure("it has no value", "give one, or drop it")
        case (.list, _): return .list(texts)
        case (.value, .text(let text, _)): return .text(text)
        case (.value, .list): throw failure("it has a list", "give one value")
        case (.flag, .text("true", _)): return .flag(true)
        case (.flag, .text("false", _)): return .flag(false)
        case (.flag, _): throw failure("it is neither true nor false", "give one of them")
        }
    }
}
