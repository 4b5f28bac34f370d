internal import Configuration
internal import Control

/// What one source has set, as a provider of swift-configuration.
///
/// The library's own providers of files are not used: they do not tell what keys a file has, so that a wrong one would
/// go unnoticed, and they bring Foundation along.
struct SettingLayer: Sendable {
    private let provider: any ConfigProvider
    /// Where a setting of this layer is.
    private let origin: @Sendable (Setting) -> SettingOrigin

    /// Nil where this source does not set it.
    func value(of setting: Setting) throws(StartupFailure) -> (value: SettingValue, origin: SettingOrigin)? {
        let content: ConfigContent?
        do {
            content = try provider.value(
                forKey: AbsoluteConfigKey([setting.name]), type: setting.kind.configType
            ).value?.content
        } catch {
            // Every text is a text and a list of texts.
            throw StartupFailure(
                .configuration, origin(setting).subject(setting), why: "it is neither true nor false",
                remedy: "give one of them")
        }
        switch content {
        case .string(let text): return (.text(text), origin(setting))
        case .stringArray(let texts): return (.list(texts), origin(setting))
        case .bool(let isSet): return (.flag(isSet), origin(setting))
        default: return nil
        }
    }
}

extension SettingLayer {
    /// The options of a command line, which the parser of the command has accepted; what else there is, is its own.
    static func commandLine(_ arguments: [String], _ table: [Setting]) -> SettingLayer {
        var values: [String: SettingValue] = [:]
        var rest = arguments[...]
        while let argument = rest.popFirst(), argument != "--" {
            guard argument.hasPrefix("--") else { continue }
            let parts = argument.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            if let setting = table.first(where: { $0.name == name }) {
                guard setting.kind != .flag else {
                    values[name] = .flag(true)
                    continue
                }
                guard let text = parts.count == 2 ? String(parts[1]) : rest.popFirst() else { continue }
                values[name] = setting.kind == .list ? .list(values[name].texts + [text]) : .text(text)
            } else if name.hasPrefix(Setting.negation) {
                // Of an option that is no setting, the layer is never asked.
                values[String(name.dropFirst(Setting.negation.count))] = .flag(false)
            }
        }
        return SettingLayer(values) { _ in .flag }
    }

    /// The variables whose names are made of settings' names; the elements of a list are separated by commas.
    static func environment(_ variables: [String: String]) -> SettingLayer {
        SettingLayer(
            provider: EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "drover")
        ) { .environment($0.variable) }
    }

    /// A variable that other programs go by, too, for the setting with this name.
    static func variable(_ variable: String, for name: String, in variables: [String: String]) -> SettingLayer
    {
        SettingLayer(variables[variable].map { [name: .text($0)] } ?? [:]) { _ in .environment(variable) }
    }

    static func file(_ file: ConfigurationFile) -> SettingLayer {
        let entries = Dictionary(uniqueKeysWithValues: file.entries.map { ($0.setting.name, $0) })
        return SettingLayer(entries.mapValues(\.value)) {
            .file(file.path, line: entries[$0.name]?.line ?? 1)
        }
    }

    private init(
        _ values: [String: SettingValue], origin: @escaping @Sendable (Setting) -> SettingOrigin
    ) {
        let pairs = values.map { (AbsoluteConfigKey([$0]), ConfigValue($1.content, isSecret: false)) }
        provider = InMemoryProvider(values: Dictionary(uniqueKeysWithValues: pairs))
        self.origin = origin
    }
}

extension SettingValue {
    fileprivate var content: ConfigContent {
        switch self {
        case .text(let text): .string(text)
        case .list(let texts): .stringArray(texts)
        case .flag(let isSet): .bool(isSet)
        }
    }
}

extension SettingValue? {
    fileprivate var texts: [String] {
        if case .list(let texts) = self { texts } else { [] }
    }
}

extension Setting.Kind {
    fileprivate var configType: ConfigType {
        switch self {
        case .value: .string
        case .list: .stringArray
        case .flag: .bool
        }
    }
}
