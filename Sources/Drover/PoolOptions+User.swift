import Control
import Linux

extension PoolOptions {
    /// What a pool needs: to load the program, and in each worker to bind low ports and have large buffers.
    private static let kept: [Privileges.Capability] = [.bpf, .perfmon, .netBindService, .netAdmin]
    private static let inherited: [Privileges.Capability] = [.netBindService, .netAdmin]

    /// The run directory that is given; where root's pool acts as a user, by default root's.
    var chosenRunDirectory: String? {
        runDirectory ?? user.map { _ in ControlPath.defaultRunDirectory(asRoot: true) }
    }

    /// The state directory, likewise.
    var chosenStateDirectory: String? { stateDirectory ?? user.map { _ in StateDirectory.rootsPath } }

    /// Makes this process act as the user that the options name, if they do and it does not yet.
    ///
    /// All that follows is the user's: each socket of a reuseport group has to be one user's, the first and that of a
    /// worker which is started years later.
    ///
    /// - Returns: the same options, with certificates read, which may be root's alone.
    func becomingUser() throws(StartupFailure) -> PoolOptions {
        guard let user, let account = try userAccount() else { return self }
        let what = "--user \(user)"
        guard Host.isRoot else {
            // As the next program of an upgrade.
            if Host.userID == account.userID { return self }
            throw StartupFailure(
                .permission, what, why: "only root can become another user",
                remedy: "start it as root, or drop the option")
        }
        let options = try readingCertificates()
        let run = chosenRunDirectory ?? ControlPath.defaultRunDirectory
        try PrivateDirectory.runDirectory(run, for: account).make()
        _ = try StateDirectory(chosenStateDirectory, for: account)
        do {
            try Privileges.become(account, keeping: Self.kept, inheriting: Self.inherited)
        } catch {
            throw StartupFailure(
                .permission, what, why: "\(error)", remedy: "give the process CAP_SETUID and CAP_SETGID")
        }
        return options
    }

    private func readingCertificates() throws(StartupFailure) -> PoolOptions {
        var options = self
        options.certificate = try certificate.read(for: applicationProtocols)
        options.moreCertificates = []
        for certificate in moreCertificates {
            options.moreCertificates.append(try certificate.read(for: applicationProtocols))
        }
        return options
    }

    /// The user that the options name; nil where they name none.
    func userAccount() throws(StartupFailure) -> UserAccount? {
        guard let user else { return nil }
        let parts = user.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init)
        let account: UserAccount?
        do {
            account = try UserAccount(named: parts[0], group: parts.count > 1 ? parts[1] : nil)
        } catch {
            throw StartupFailure(
                .unavailable, "--user \(user)", why: "the user database cannot be read: \(error)")
        }
        guard let account else {
            throw StartupFailure(
                .configuration, "--user \(user)", why: "there is no such user, or no such group",
                remedy: "give a name that `getent passwd` shows, and a group that `getent group` shows")
        }
        return account
    }
}

extension PoolOptions.Certificate {
    /// The same as octets, where it is files; checked, as nobody can name the files afterwards.
    fileprivate func read(for applicationProtocols: [String]) throws(StartupFailure) -> Self {
        guard case .files = self else { return self }
        let pair = try CertificatePair(self)
        try pair.check(applicationProtocols: applicationProtocols)
        return .octets(chain: pair.chain, privateKey: pair.privateKey)
    }
}
