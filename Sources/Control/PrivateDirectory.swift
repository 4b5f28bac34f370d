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
    private let owner: UserAccount?

    /// - Parameters:
    ///   - name: what it is, as `run directory`.
    ///   - option: what names it.
    ///   - access: what others must not have.
    ///   - owner: whose it is to be; by default this process's user's, or root's.
    package init(
        _ path: String, name: String, option: String, forbidding access: Access, for owner: UserAccount? = nil
    ) {
        self.path = path
        what = "\(name) \(path)"
        self.option = option
        self.access = access
        self.owner = owner
    }

    /// The directory for what lives as long as a pool.
    package static func runDirectory(_ path: String, for owner: UserAccount? = nil) -> PrivateDirectory {
        PrivateDirectory(path, name: "run directory", option: "--run-dir", forbidding: .any, for: owner)
    }

    /// Makes the directory if need be, and checks it.
    package func make() throws(StartupFailure) {
        let objection: Directory.Objection?
        do {
            if let owner { try Directory.make(path, for: owner) } else { try Directory.make(path) }
            objection = try findObjection()
        } catch {
            throw StartupFailure(unusable: what, option: option, error)
        }
        if let objection { throw failure(objection) }
    }

    /// Checks the directory, and changes nothing. One that is missing is none to object to: it would be made.
    package func checkIfThere() throws(StartupFailure) {
        let objection: Directory.Objection?
        do {
            objection = try findObjection()
        } catch .noEntry {
            return
        } catch {
            throw StartupFailure(unusable: what, option: option, error)
        }
        if let objection { throw failure(objection) }
    }

    private func findObjection() throws(Errno) -> Directory.Objection? {
        guard let owner else { return try Directory.objection(to: path, forbidding: access.forbiddenMode) }
        return try Directory.objection(
            to: path, forbidding: access.forbiddenMode, owners: [owner.userID])
    }

    private func failure(_ objection: Directory.Objection) -> StartupFailure {
        switch objection {
        case .noDirectory:
            StartupFailure(
                .configuration, what, why: "it is no directory", remedy: "choose another \(option)")
        case .otherOwner(let userID):
            StartupFailure(
                .permission, what, why: "it is the user's with the ID \(userID)",
                remedy: "choose another \(option)"
                    + (owner.map { ", or, if it is drover's own, chown -R \($0.name) \(path)" } ?? ""))
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
