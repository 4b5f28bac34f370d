import ArgumentParser
private import FoundationEssentials
import Settings

/// What the argument parser tells of a command's options. Of what it tells more, this is what is needed.
struct HelpDump: Decodable {
    struct Command: Decodable {
        let arguments: [Argument]
    }

    struct Argument: Decodable {
        enum Kind: String, Decodable {
            case positional, option, flag
        }

        struct Name: Decodable {
            let name: String
        }

        let kind: Kind
        let preferredName: Name?
        let isRepeating: Bool
        let abstract: String?
        let defaultValue: String?
    }

    let command: Command

    static func settings(of arguments: (some ParsableArguments).Type) -> [Setting] {
        do {
            let dump = try JSONDecoder().decode(Self.self, from: Data(arguments._dumpHelp().utf8))
            let names = dump.command.arguments.compactMap(\.preferredName?.name)
            return dump.command.arguments.filter { !$0.isNegation(among: names) }.compactMap(\.setting)
        } catch {
            preconditionFailure("the argument parser tells its options in another way: \(error)")
        }
    }
}

extension HelpDump.Argument {
    /// Whether it is the `--no-x` of a flag `--x`.
    func isNegation(among names: [String]) -> Bool {
        guard kind == .flag, let name = preferredName?.name else { return false }
        return names.contains { name == Setting.negation + $0 }
    }

    /// Nil where it is none: `--help`.
    var setting: Setting? {
        guard let name = preferredName?.name, name != "help" else { return nil }
        let kind: Setting.Kind = kind == .flag ? .flag : isRepeating ? .list : .value
        return Setting(name, kind, default: defaultText)
    }

    /// As the help says it, which is the one place for it.
    private var defaultText: String {
        if kind == .flag { return "false" }
        let said = abstract?.firstMatch(of: /\(default: (.+)\)$/).map { String($0.1) }
        return defaultValue ?? said ?? "none"
    }
}
