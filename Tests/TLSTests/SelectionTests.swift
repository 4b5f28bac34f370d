import COpenSSL
import Synchronization
import Testing

@testable import TLS

/// What an application chooses in each handshake: certificates by name, pre-shared keys by identity.
struct SelectionTests {
    private let first = try! DevelopmentCertificate()

    private func store(
        _ select: @escaping @Sendable (String) -> CredentialsSource?
    ) throws -> CredentialsStore {
        try CredentialsStore([CredentialsSource(first)], select: select)
    }

    @Test func aChosenCertificateIsReadOnce() throws {
        let chosen = CredentialsSource(try DevelopmentCertificate())
        let store = try store { $0 == "chosen" ? chosen : nil }
        let credentials = try #require(store.credentials(for: "chosen"))
        #expect(store.credentials(for: "chosen") === credentials)
        #expect(credentials !== store.first)
        // The development certificate covers it; nothing covers the other.
        #expect(store.credentials(for: "localhost") === store.first)
        #expect(store.credentials(for: "other") == nil)
    }

    @Test func oneThatCannotBeReadIsNone() throws {
        let store = try store { _ in CredentialsSource(chain: [1, 2, 3], privateKey: [4]) }
        #expect(store.credentials(for: "localhost") === store.first)
        #expect(store.credentials(for: "localhost") === store.first)
    }

    @Test func soManyAreKept() throws {
        // One certificate with white space behind it is another source.
        let certificate = first
        let store = try store { name in
            CredentialsSource(
                chain: certificate.certificateChainPEM + [UInt8](repeating: 0x0a, count: Int(name)!),
                privateKey: certificate.privateKeyPEM)
        }
        let oldest = try #require(store.credentials(for: "0"))
        for number in 1..<CredentialsStore.maximumChosen { _ = store.credentials(for: "\(number)") }
        #expect(store.credentials(for: "0") === oldest)
        _ = store.credentials(for: "\(CredentialsStore.maximumChosen)")
        #expect(store.credentials(for: "0") !== oldest)
    }

    @Test func aKeyIsAskedForWhereTheTableHasNone() throws {
        let asked = Mutex<[[UInt8]]>([])
        let key = [UInt8](repeating: 1, count: 16)
        let keys = try PreSharedKeys([[1]: key]) { identity in
            asked.withLock { $0.append(identity) }
            return identity == [2] ? key : identity == [3] ? [0] : nil
        }
        let context = SSL_CTX_new(TLS_server_method())
        let ssl = try #require(SSL_new(context))
        defer {
            SSL_free(ssl)
            SSL_CTX_free(context)
        }
        func isFound(_ identity: [UInt8]) -> Bool {
            let session = identity.withUnsafeBufferPointer { keys.session(for: $0, ssl: ssl) }
            SSL_SESSION_free(session)
            return session != nil
        }
        // The third key is too short, and the last identity too long to be asked for.
        #expect(isFound([1]) && isFound([2]))
        #expect(!isFound([3]) && !isFound([4]) && !isFound([UInt8](repeating: 5, count: 129)))
        #expect(asked.withLock { $0 } == [[2], [3], [4]])
    }
}
