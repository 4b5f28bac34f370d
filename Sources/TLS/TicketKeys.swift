internal import COpenSSL
internal import CQUICShims

/// The keys of session tickets: the newest makes them, all open them (RFC 5077 §4, as OpenSSL has it).
struct TicketKeys {
    private static let nameLength = 16
    private static let macKeyLength = 32

    /// name (16) ‖ HMAC key (32) ‖ AES key (32), newest first.
    private let keys: [[UInt8]]

    init(_ keys: [[UInt8]]) throws(TLSError) {
        guard !keys.isEmpty else {
            throw TLSError(.invalidTicketKeys, "set session ticket keys", "there is none")
        }
        for key in keys where key.count != ServerContext.ticketKeyLength {
            throw TLSError(
                .invalidTicketKeys, "set session ticket keys",
                "\(key.count) octets, not \(ServerContext.ticketKeyLength)")
        }
        self.keys = keys
    }

    /// Prepares the contexts for a new ticket, and writes the key's name and the IV.
    func seal(
        _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ context: OpaquePointer,
        _ mac: OpaquePointer
    ) -> Bool {
        guard RAND_bytes(iv, 16) == 1 else { return false }
        return keys[0].withUnsafeBufferPointer { key in
            name.update(from: key.baseAddress!, count: Self.nameLength)
            return prepare(mac, key)
                && EVP_EncryptInit_ex2(context, CipherAlgorithms.shared.ticket, Self.cipherKey(key), iv, nil)
                    == 1
        }
    }

    enum Opening {
        case failed
        /// Of a key that is out of use, or another server's.
        case unknown
        case prepared
    }

    /// Prepares the contexts for a ticket that a client shows.
    func open(
        _ name: UnsafeMutablePointer<UInt8>, _ iv: UnsafeMutablePointer<UInt8>, _ context: OpaquePointer,
        _ mac: OpaquePointer
    ) -> Opening {
        let name = UnsafeBufferPointer(start: name, count: Self.nameLength)
        guard let index = keys.firstIndex(where: { $0.starts(with: name) }) else { return .unknown }
        let isPrepared = keys[index].withUnsafeBufferPointer { key in
            prepare(mac, key)
                && EVP_DecryptInit_ex2(context, CipherAlgorithms.shared.ticket, Self.cipherKey(key), iv, nil)
                    == 1
        }
        return isPrepared ? .prepared : .failed
    }

    private func prepare(_ mac: OpaquePointer, _ key: UnsafeBufferPointer<UInt8>) -> Bool {
        cquic_ticket_mac_init(mac, key.baseAddress! + Self.nameLength, Self.macKeyLength) == 1
    }

    private static func cipherKey(_ key: UnsafeBufferPointer<UInt8>) -> UnsafePointer<UInt8> {
        key.baseAddress! + nameLength + macKeyLength
    }
}
