package import Linux

/// A directory that an option names, and that other users have no part in.
package struct PrivateDirectory {
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

    private let path: String
    private let what: String
    private let option: String
    private let access: Access

    /// - Parameters:
    ///   - name: what it is, as `run directory`.
    ///   - option: what names it.
    ///   - access: what others must not have.
    package init(_ path: String, name: String, option: String, forbidding access: Access) {
        self.path = path
        what = "\(name) \(path)"
        self.option = option
        self.access = access
    }

    /// The directory for what lives as long as a pool.
    package static func runDirectory(_ path: String) -> PrivateDirectory {
        PrivateDirectory(path, name: "run directory", option: "--run-dir", forbidding: .any)
    }

    /// Makes the directory if need be, and checks it.
    package func make() throws(StartupFailure) {
        let objection: Directory.Objection?
        do {
            try Directory.make(path)
            objection = try Directory.objection(to: path, forbidding: access.forbiddenMode)
        } catch {
            throw StartupFailure(unusable: what, option: option, error)
        }
        if let objection { throw failure(objection) }
    }

    /// Checks the directory, and changes nothing. One that is missing is none to object to: it would be made.
    package func checkIfThere() throws(StartupFailure) {
        let objection: Directory.Objection?
        do {
            objection = try Directory.objection(to: path, forbidding: access.forbiddenMode)
        } catch .noEntry {
            return
        } catch {
            throw StartupFailure(unusable: what, option: option, error)
        }
        if let objection { throw failure(objection) }
    }

    private func failure(_ objection: Directory.Objection) -> StartupFailure {
        switch objection {
        case .noDirectory:
            StartupFailure(
                .configuration, what, why: "it is no directory", remedy: "choose another \(option)")
        case .otherOwner(let userID):
            StartupFailure(
                .permission, what, why: "it is the user's with the ID \(userID)",
                remedy: "choose another \(option)")
        case .openToOthers(let mode):
            StartupFailure(
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
