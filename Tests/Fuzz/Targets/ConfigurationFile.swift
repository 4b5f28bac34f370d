internal import Control
internal import Settings

private let table = [
    Setting("workers", .value, default: "auto"), Setting("idle-timeout", .value, default: "30s"),
    Setting("listen", .list, default: "none"), Setting("dev-cert", .flag, default: "false"),
]

/// The input is a file of configuration.
func fuzzConfigurationFile(_ bytes: UnsafeRawBufferPointer) {
    do throws(StartupFailure) {
        let file = try ConfigurationFile(Array(bytes), path: "drover.yaml", table)
        precondition(Set(file.entries.map(\.setting)).count == file.entries.count, "a setting is set twice")
        for entry in file.entries {
            precondition((1...bytes.count).contains(entry.line), "a line that the file does not have")
            switch (entry.setting.kind, entry.value) {
            case (.value, .text), (.list, .list), (.flag, .flag): break
            default: preconditionFailure("a value of another kind")
            }
        }
    } catch {
        precondition(error.category == .configuration, "the file is at fault, and nothing else")
        precondition(!error.description.contains(where: \.isNewline), "a failure is one line")
        precondition(error.description.count < 500, "a failure can be read")
    }
}
