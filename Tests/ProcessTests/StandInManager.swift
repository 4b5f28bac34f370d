import Foundation
import Glibc
import Linux
import Synchronization

/// A service manager as far as a service can tell: it hears what sd_notify(3) says, keeps the descriptors that it is given,
/// and passes them to the next process (sd_listen_fds(3)).
final class StandInManager: Sendable {
    /// What NOTIFY_SOCKET is.
    let address: String
    /// The messages, each in a line with `, ` between what were its lines.
    let messages = LineLog()
    private let socket: Int32
    private let stored = Mutex<[(name: String, descriptor: Int32)]>([])
    private let isSlow: Bool
    /// What a slow manager has to close.
    private let forgotten = Mutex<[Int32]>([])

    /// - Parameters:
    ///   - isAbstract: whether the socket is in no file system.
    ///   - isSlow: whether it closes what it is told to no sooner than it is asked to have done so (sd_notify_barrier(3)).
    init(isAbstract: Bool = true, isSlow: Bool = false) throws {
        self.isSlow = isSlow
        let name = "/tmp/drover-test-\(UUID().uuidString)"
        address = isAbstract ? "@\(name)" : name
        socket = try Self.bind(name, isAbstract: isAbstract)
        let channel = try FileDescriptor(duplicating: socket).release()
        Thread.detachNewThread { [weak self] in
            let channel = PacketChannel(adopting: FileDescriptor(owning: channel))
            while true {
                var event = pollfd(fd: channel.rawValue, events: Int16(POLLIN), revents: 0)
                poll(&event, 1, -1)
                guard let self, (try? receive(on: channel)) == true else { return }
            }
        }
    }

    deinit {
        // Ends the thread.
        shutdown(socket, Int32(SHUT_RDWR))
        close(socket)
        if address.hasPrefix("/") { unlink(address) }
        forgetAll()
    }

    private static func bind(_ name: String, isAbstract: Bool) throws -> Int32 {
        let type = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = try syscall { Glibc.socket(AF_UNIX, type, 0) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = (isAbstract ? [0] : []) + Array(name.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + octets.count)
        _ = try withUnsafeBytes(of: &address) { address in
            let address = address.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return try syscall { Glibc.bind(socket, address, length) }
        }
        return socket
    }

    /// Takes the next message. Returns whether more may come.
    private func receive(on channel: borrowing PacketChannel) throws -> Bool {
        switch try channel.receive() {
        case .message(let octets, var descriptors):
            let descriptor: Int32? = if let first = descriptors.next() { first.release() } else { nil }
            receive(String(decoding: octets, as: UTF8.self), descriptor)
            return true
        case .wouldBlock: return true
        case .endOfStream: return false
        }
    }

    private func receive(_ message: String, _ descriptor: Int32?) {
        let lines = message.split(separator: "\n")
        let name = lines.first { $0.hasPrefix("FDNAME=") }.map { String($0.dropFirst("FDNAME=".count)) }
        if let descriptor {
            if let name, lines.contains("FDSTORE=1") {
                store(descriptor, name)
            } else {
                // A barrier.
                closeForgotten()
                close(descriptor)
            }
        }
        if let name, lines.contains("FDSTOREREMOVE=1") { forget { $0 == name } }
        messages.append(Array((lines.joined(separator: ", ") + "\n").utf8))
    }

    /// Keeps it, unless it is of the same socket as one that is kept.
    private func store(_ descriptor: Int32, _ name: String) {
        func inode(_ descriptor: Int32) -> ino_t {
            var information = stat()
            return fstat(descriptor, &information) == 0 ? information.st_ino : 0
        }
        stored.withLock { stored in
            if stored.contains(where: { inode($0.descriptor) == inode(descriptor) }) {
                close(descriptor)
            } else {
                stored.append((name, descriptor))
            }
        }
    }

    /// The names of what is kept, in order.
    var storedNames: [String] { stored.withLock { $0.map(\.name).sorted() } }

    /// Closes all that there is.
    func forgetAll() {
        forget { _ in true }
        closeForgotten()
    }

    private func forget(where isMeant: (String) -> Bool) {
        let descriptors = stored.withLock { stored in
            defer { stored.removeAll { isMeant($0.name) } }
            return stored.filter { isMeant($0.name) }.map(\.descriptor)
        }
        forgotten.withLock { $0 += descriptors }
        if !isSlow { closeForgotten() }
    }

    private func closeForgotten() {
        forgotten.withLock { forgotten in
            for descriptor in forgotten { close(descriptor) }
            forgotten = []
        }
    }

    /// Returns when a message with this text has come, after the first `skipped`.
    @discardableResult
    func message(containing text: String, after skipped: Int = 0) async throws -> String {
        let line = try await within(.seconds(20), for: "message with “\(text)”") { [messages] in
            try await messages.line(from: skipped) { $0.contains(text) }
        }
        return line ?? ""
    }

    // MARK: What it starts a process with

    /// Duplicates of what is kept, far from the numbers that the process gets them as.
    func passedDescriptors() throws -> [Int32] {
        try stored.withLock { stored in
            try stored.map { entry in try syscall { fcntl(entry.descriptor, F_DUPFD_CLOEXEC, 500) } }
        }
    }

    var environment: [String: String] {
        let names = stored.withLock { $0.map(\.name) }
        var environment = ["NOTIFY_SOCKET": address]
        if !names.isEmpty {
            environment["LISTEN_FDS"] = "\(names.count)"
            environment["LISTEN_FDNAMES"] = names.joined(separator: ":")
        }
        return environment
    }

    /// Sets what only the process itself knows.
    static let launcher = DroverProcess.after("export LISTEN_PID=$$ WATCHDOG_PID=$$")
}
