import ArgumentParser
import Drover
import JSONText
import Linux
import Settings

/// `drover check`
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what drover serve is told, and whether it can do it.",
        discussion: """
            Prints the settings that are not left at their defaults, and who set them: a flag, the environment or the \
            file. Then reads certificates, keys and what else they name, as drover serve would, and says what is wrong \
            with them. Nothing is made or changed, and no address is taken: whether another program has one shows only \
            when the pool starts. Options are those of drover serve.

            \(PoolSettings.discussion)
            """)

    @Argument(
        help: ArgumentHelp("The file with settings, as --config."),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String?

    @Flag(help: "Show settings that are left at their defaults, too.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var pool: PoolArguments

    func validate() throws {
        if file != nil, pool.config != nil {
            throw ValidationError("--config: a file is given, too; drop one of them")
        }
    }

    func run() throws {
        let settings = try PoolSettings(
            arguments: (file.map { ["--config=\($0)"] } ?? []) + PoolSettings.commandLine)
        let shown = ShownSetting.list(settings.settings, all: all)
        StandardStream.output.write(
            line: json
                ? JSON.object([.init("settings", .array(shown.map(\.json)))]).line
                : Table.lines(shown.map(\.cells)).joined(separator: "\n"))
        _ = try settings.checkedOptions()
    }
}

/// A setting as `drover check` shows it. Of a secret it is the file's path.
private struct ShownSetting {
    let setting: Setting
    /// Nil where it is left at its default.
    let given: Settings.Given?

    static func list(_ settings: Settings, all: Bool) -> [ShownSetting] {
        PoolSettings.table.map { ShownSetting(setting: $0, given: settings[$0.name]) }
            .filter { all || $0.given != nil }
    }

    var cells: [String] {
        let value =
            switch given?.value {
            case nil: setting.defaultText
            case .text(let text): text
            case .list(let texts): texts.joined(separator: ", ")
            case .flag(let isSet): "\(isSet)"
            }
        return [setting.name, value, given?.origin.description ?? "default"]
    }

    var json: JSON {
        let value: JSON =
            switch given?.value {
            case nil: .string(setting.defaultText)
            case .text(let text): .string(text)
            case .list(let texts): .array(texts.map(JSON.string))
            case .flag(let isSet): .boolean(isSet)
            }
        let origin: [JSON.Member] =
            switch given?.origin {
            case nil: [.init("origin", "default")]
            case .flag: [.init("origin", "flag")]
            case .environment(let variable):
                [.init("origin", "environment"), .init("variable", .string(variable))]
            case .file(let path, let line):
                [.init("origin", "file"), .init("file", .string(path)), .init("line", .number(line))]
            }
        return .object([.init("name", .string(setting.name)), .init("value", value)] + origin)
    }
}
