/// Something that operators can set. It has one name: the option `--idle-timeout`, the variable `DROVER_IDLE_TIMEOUT` of
/// the environment and the key `idle-timeout` of the file are one setting.
package struct Setting: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case value
        /// Several values.
        case list
        /// Yes or no.
        case flag
    }

    package let name: String
    package let kind: Kind
    /// What counts where nothing is set, for people to read.
    package let defaultText: String

    package init(_ name: String, _ kind: Kind, default defaultText: String) {
        self.name = name
        self.kind = kind
        self.defaultText = defaultText
    }

    /// The variable of the environment.
    package var variable: String {
        Self.variablePrefix + name.uppercased().map { $0 == "-" ? "_" : $0 }
    }

    static let variablePrefix = "DROVER_"

    /// The arguments that set it so.
    func arguments(_ value: SettingValue) -> [String] {
        switch value {
        case .text(let text): arguments(text)
        case .list(let texts): texts.flatMap(arguments)
        case .flag(let isSet): [isSet ? "--\(name)" : "--\(Self.negation)\(name)"]
        }
    }

    /// With an equals sign, as a text may begin with a dash; but what follows that cannot be empty.
    private func arguments(_ text: String) -> [String] {
        text.isEmpty ? ["--\(name)", text] : ["--\(name)=\(text)"]
    }

    /// What a flag's name begins with where it is not set.
    package static let negation = "no-"
}

/// What a setting is set to.
package enum SettingValue: Hashable, Sendable {
    case text(String)
    case list([String])
    case flag(Bool)
}
