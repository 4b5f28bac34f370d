private import Linux

/// systemd's journal.
enum Journal {
    /// Whether what is written to standard error goes there: the service manager then says which file that is,
    /// `device:inode` (systemd.exec(5), JOURNAL_STREAM). A variable that was inherited from elsewhere does not count.
    static var isStandardError: Bool {
        guard let stream = Host.environment("JOURNAL_STREAM") else { return false }
        return stream == StandardStream.error.identity
    }
}
