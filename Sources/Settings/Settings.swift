package import Control

/// What is set, and by whom. The command line comes before the environment, the environment before the file, and the
/// file before defaults; a list of one replaces that of the others.
package struct Settings: Sendable {
    /// A setting that somebody set.
    package struct Given: Hashable, Sendable {
        package let setting: Setting
        package let value: SettingValue
        package let origin: SettingOrigin

        /// The arguments that set it so.
        package var arguments: [String] { setting.arguments(value) }
        /// What errors call it: where operators find it, and its name.
        package var subject: String { origin.subject(setting) }
    }

    /// The setting that names the file, and cannot be in it.
    package static let file = "config"

    /// In the order of the table.
    package private(set) var given: [Given] = []

    /// - Parameters:
    ///   - table: everything that can be set.
    ///   - arguments: a command line, without the command, that its parser has accepted.
    ///   - environment: all variables. One that is empty sets nothing.
    ///   - sharedVariables: variables that other programs go by, too, and the names of their settings: they come after
    ///     the pool's own.
    package init(
        _ table: [Setting], arguments: [String], environment: [String: String],
        sharedVariables: [String: String] = [:]
    ) throws(StartupFailure) {
        let variables = environment.filter { !$0.value.isEmpty }
        try Self.check(variables, table)
        var layers: [SettingLayer] = [.commandLine(arguments, table), .environment(variables)]
        for (variable, name) in sharedVariables {
            layers.append(.variable(variable, for: name, in: variables))
        }
        if let setting = table.first(where: { $0.name == Self.file }),
            let given = try Self.given(setting, in: layers), case .text(let path) = given.value
        {
            let file = try ConfigurationFile(
                reading: path, namedBy: given.subject, table.filter { $0 != setting })
            layers.append(.file(file))
        }
        for setting in table {
            if let given = try Self.given(setting, in: layers) { self.given.append(given) }
        }
    }

    private static func given(_ setting: Setting, in layers: [SettingLayer]) throws(StartupFailure) -> Given?
    {
        for layer in layers {
            guard let (value, origin) = try layer.value(of: setting) else { continue }
            return Given(setting: setting, value: value, origin: origin)
        }
        return nil
    }

    /// Throws where a variable is nearly a setting's. Others with the same beginning may be anybody's.
    private static func check(_ variables: [String: String], _ table: [Setting]) throws(StartupFailure) {
        let prefix = Setting.variablePrefix
        // Without what all of them begin with, which would make any two of them alike.
        let known = table.map { String($0.variable.dropFirst(prefix.count)) }
        let others = variables.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        for other in others.sorted() where !known.contains(other) {
            guard let suggestion = Suggestion.nearest(to: other, among: known) else { continue }
            throw StartupFailure(
                .configuration, "environment \(prefix)\(other)", why: "there is no such setting",
                remedy: "did you mean \(prefix)\(suggestion)?")
        }
    }

    /// One command line for all of it.
    package var arguments: [String] { given.flatMap(\.arguments) }

    package subscript(name: String) -> Given? { given.first { $0.setting.name == name } }
}

extension Settings {
    /// The failure, where it begins with an option, told by who set that: `--streams 9: …` of a file is
    /// `drover.yaml:3: streams 9: …`, and no fault of the command line.
    package func attributed(_ failure: StartupFailure) -> StartupFailure {
        let option = failure.what.prefix { $0 != " " && $0 != ":" }
        guard option.hasPrefix("--"), let given = self[String(option.dropFirst(2))], given.origin != .flag
        else {
            return failure
        }
        return StartupFailure(
            failure.category == .usage ? .configuration : failure.category,
            given.subject + failure.what.dropFirst(option.count), why: failure.why, remedy: failure.remedy)
    }
}
