/// Who set something.
package enum SettingOrigin: Hashable, Sendable {
    /// The command line.
    case flag
    /// A variable of the environment, by its name.
    case environment(String)
    /// A line of the file, the first of which is 1.
    case file(String, line: Int)
}

extension SettingOrigin: CustomStringConvertible {
    package var description: String {
        switch self {
        case .flag: "flag"
        case .environment(let variable): "environment \(variable)"
        case .file(let path, let line): "file \(path):\(line)"
        }
    }
}

extension SettingOrigin {
    /// What errors call a setting of this origin: where operators find it, and its name.
    func subject(_ setting: Setting) -> String {
        switch self {
        case .flag: "--\(setting.name)"
        case .environment(let variable): "environment \(variable)"
        case .file(let path, let line): "\(path):\(line): \(setting.name)"
        }
    }
}
