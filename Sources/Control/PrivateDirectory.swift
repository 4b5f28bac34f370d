package import Linux

/// A directory that an option names, and that other users have no part in.
package enum PrivateDirectory {
    /// What others are kept from.
    package enum Access: Sendable {
        /// They cannot change what is in it.
        case writing
        /// They cannot even look into it.
        case any

        fileprivate var forbiddenMode: UInt32 {
            switch self {
            case .writing: 0o022
            case .any: 0o077
            }
        }

        fileprivate var chmod: String {
            switch self {
            case .writing: "chmod go-w"
            case .any: "chmod go-rwx"
            }
        }
    }

    /// Makes the directory if need be, and checks it.
    ///
    /// - Parameters:
    ///   - name: what it is, as `run directory`.
    ///   - option: what names it.
    package static func make(
        _ path: String, name: String, option: String, forbidding access: Access
    ) throws(StartupFailure) {
        let what = "\(name) \(path)"
        let objection: Directory.Objection?
        do {
            try Directory.make(path)
            objection = try Directory.objection(to: path, forbidding: access.forbiddenMode)
        } catch {
            throw StartupFailure(unusable: what, option: option, error)
        }
        switch objection {
        case nil: return
        case .noDirectory:
            throw StartupFailure(
                .configuration, what, why: "it is no directory", remedy: "choose another \(option)")
        case .otherOwner(let userID):
            throw StartupFailure(
                .permission, what, why: "it is the user's with the ID \(userID)",
                remedy: "choose another \(option)")
        case .openToOthers(let mode):
            throw StartupFailure(
                .configuration, what, why: "its mode is \(String(mode, radix: 8)), which lets others in",
                remedy: "choose another \(option), or, if it is drover's own, \(access.chmod) \(path)")
        }
    }
}

extension StartupFailure {
    /// The failure to make, read or write something in a directory that an option names.
    package init(unusable what: String, option: String, _ error: Errno) {
        self.init(
            Category(using: error), what, why: "\(error)", remedy: "choose a \(option) that you can write to")
    }
}
