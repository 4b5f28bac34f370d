import Synchronization
import Testing

@testable import TLS

@Suite(.enabled(if: PythonClient.isWanted, "DROVER_TEST_PYTHON names no Python with aioquic"))
struct HandshakeTests {
    static let certificate = CredentialsTests.certificate

    @Test(arguments: ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"])
    func full(suite: String) throws {
        let run = try Run(.init(suites: [suite]))
        #expect(run.failure == nil)
        #expect(run.handshake.isComplete)
        #expect(run.handshake.applicationProtocol == "echo")
        #expect(run.handshake.serverName == "localhost")
        let state = try #require(run.state)
        #expect(state.isComplete)
        #expect(state.alpn == "echo")
        #expect(state.transportParameters == "0f0411223344")
        #expect(state.hasTicket)
        // Both sides hold the same four secrets.
        #expect(run.clientSecrets.count == 4)
        for secret in run.clientSecrets { #expect(run.delegate.events.contains(secret)) }
    }

    // The order that the connection relies on.
    @Test func orderOfEvents() throws {
        let run = try Run(.init())
        let names = run.delegate.events.map { event in
            switch event {
            case .readSecret(let level, _): "read \(level)"
            case .writeSecret(let level, _): "write \(level)"
            case .wrote(let level, let bytes): "message \(bytes[0]) \(level)"
            case .transportParameters: "parameters"
            case .askedForTransportParameters: "encode"
            }
        }
        #expect(
            names == [
                "message 2 initial", "parameters", "write handshake", "read handshake", "encode",
                "message 8 handshake", "message 11 handshake", "message 15 handshake",
                "message 20 handshake", "write application", "read application", "message 4 application",
            ])
        #expect(run.delegate.events[1] == .transportParameters(hex("010480007530")))
    }

    // CRYPTO frames may split the stream anywhere.
    @Test(arguments: [1, 3, 7]) func fragmented(size: Int) throws {
        let run = try Run(.init(suites: ["AES_256_GCM_SHA384"]), fragment: size)
        #expect(run.failure == nil)
        #expect(run.handshake.isComplete)
    }

    @Test func serverPrefersItsProtocols() throws {
        let run = try Run(.init(alpn: ["other", "h3", "echo"], serverName: nil))
        #expect(run.handshake.applicationProtocol == "echo")
        #expect(run.handshake.serverName == nil)
    }

    @Test(arguments: [nil, ["other"]]) func noCommonProtocol(alpn: [String]?) throws {
        let run = try Run(.init(alpn: alpn))
        #expect(run.failure?.code == .alert(.noApplicationProtocol))
        #expect(run.failure?.errorCode == 0x178)
    }

    @Test func missingTransportParameters() throws {
        let run = try Run(.init(transportParameters: nil))
        #expect(run.failure?.code == .alert(.missingExtension))
        #expect(run.delegate.events.isEmpty)
    }

    @Test func refusedTransportParameters() throws {
        let delegate = RecordingDelegate()
        delegate.acceptsTransportParameters = false
        let run = try Run(.init(), delegate: delegate)
        #expect(run.failure?.code == .transport(.transportParameterError))
        #expect(delegate.events.last == .transportParameters(hex("010480007530")))
    }

    @Test func localTransportParametersFail() throws {
        let delegate = RecordingDelegate()
        delegate.transportParameters = nil
        let run = try Run(.init(), delegate: delegate)
        #expect(run.failure?.code == .transport(.internalError))
        #expect(delegate.events.last == .askedForTransportParameters)
    }

    // RFC 9001 §8.4
    @Test func sessionID() throws {
        let run = try Run(.init(sessionID: "0011223344"))
        #expect(run.failure?.code == .transport(.protocolViolation))
    }

    // RFC 8446 §4.1.4
    @Test func helloRetryRequest() throws {
        let run = try Run(.init(helloRetry: ""))
        #expect(run.failure == nil)
        #expect(run.handshake.isComplete)
        #expect(run.state?.wasRetried == true)
        #expect(run.delegate.events.filter { $0 == .transportParameters(hex("010480007530")) }.count == 1)
    }

    @Test func helloRetryRequestWithOtherParameters() throws {
        let run = try Run(.init(helloRetry: "010480007531"))
        #expect(run.failure?.code == .alert(.illegalParameter))
        #expect(run.state?.wasRetried == true)
    }

    @Test func resumptionInAnotherWorker() throws {
        let client = try PythonClient()
        let first = try Run(.init(), client: client)
        #expect(first.state?.isResumed == false)
        let second = try Run(.init(resume: true), client: client)
        #expect(second.state?.isResumed == true)
        #expect(second.handshake.isComplete)
        #expect(second.handshake.applicationProtocol == "echo")
        #expect(second.handshake.serverName == "localhost")
    }

    @Test func noResumptionUnderOtherKeys() throws {
        let client = try PythonClient()
        _ = try Run(.init(), client: client)
        let context = try ServerContext(Self.certificate, ticketKeys: [Self.otherTicketKey])
        let second = try Run(.init(resume: true), client: client, context: context)
        #expect(second.failure == nil)
        #expect(second.state?.isResumed == false)
        #expect(second.handshake.isComplete)
    }

    private static let otherTicketKey = [UInt8](repeating: 8, count: ServerContext.ticketKeyLength)

    /// A ticket is good as long as its key is kept, and is then renewed under the newest.
    @Test func ticketKeysOverlap() throws {
        let client = try PythonClient()
        let context = try ServerContext(Self.certificate)
        _ = try Run(.init(), client: client, context: context)
        try context.setTicketKeys([Self.otherTicketKey, ServerContext.testTicketKey])
        let second = try Run(.init(resume: true), client: client, context: context)
        #expect(second.state?.isResumed == true)
        try context.setTicketKeys([Self.otherTicketKey])
        let third = try Run(.init(resume: true), client: client, context: context)
        #expect(third.state?.isResumed == true)
        try context.setTicketKeys([ServerContext.testTicketKey])
        let fourth = try Run(.init(resume: true), client: client, context: context)
        #expect(fourth.failure == nil)
        #expect(fourth.state?.isResumed == false)
    }

    /// Each secret that the client derived is in the log.
    @Test func theKeyLogHasAllSecrets() throws {
        let lines = Mutex<[String]>([])
        let context = try ServerContext(Self.certificate) { options in
            options.keyLog = { line in lines.withLock { $0.append(String(decoding: line, as: UTF8.self)) } }
        }
        let run = try Run(.init(), context: context)
        #expect(run.clientSecrets.count == 4)
        let logged = lines.withLock { $0.map { hex(String($0.split(separator: " ").last!)) } }
        for secret in run.clientSecrets {
            switch secret {
            case .readSecret(_, let octets), .writeSecret(_, let octets): #expect(logged.contains(octets))
            default: Issue.record("\(secret) is no secret")
            }
        }
        #expect(lines.withLock { $0.contains { $0.hasPrefix("CLIENT_HANDSHAKE_TRAFFIC_SECRET ") } })
    }

    @Test func earlyDataIsDeclined() throws {
        let client = try PythonClient()
        _ = try Run(.init(), client: client)
        let second = try Run(.init(resume: true, earlyData: true), client: client)
        #expect(second.failure == nil)
        #expect(second.handshake.isComplete)
        #expect(second.state?.isResumed == true)
        #expect(second.state?.earlyDataAccepted == false)
    }

    // RFC 9001 §6: a TLS KeyUpdate
    @Test func cryptoAfterTheHandshake() throws {
        let run = try Run(.init())
        let failure = #expect(throws: HandshakeFailure.self) {
            try run.handshake.receive([24, 0, 0, 1, 0], level: .application)
        }
        #expect(failure?.errorCode == 0x10a)
    }

    // RFC 9001 §4.1.3
    @Test func cryptoAtAPastLevel() throws {
        let run = try Run(.init())
        let failure = #expect(throws: HandshakeFailure.self) {
            try run.handshake.receive([24, 0, 0, 1, 0], level: .handshake)
        }
        #expect(failure?.code == .transport(.protocolViolation))
    }

    @Test func handshakeOutlivesNothingButItsDelegate() throws {
        let delegate = RecordingDelegate()
        var context: ServerContext? = try ServerContext(Self.certificate)
        weak let released = context
        var handshake: OpenSSLHandshake? = try context?.makeHandshake(delegate: delegate)
        context = nil
        #expect(released != nil)
        #expect(throws: HandshakeFailure.self) { try handshake?.receive([2, 0, 0, 0], level: .initial) }
        handshake = nil
        #expect(released == nil)
    }
}

extension HandshakeTests {
    /// One handshake of the Python client with a server, to its end.
    struct Run {
        let delegate: RecordingDelegate
        let handshake: OpenSSLHandshake
        private(set) var failure: HandshakeFailure?
        private(set) var state: PythonClient.State?
        private(set) var clientSecrets: [RecordingDelegate.Event] = []

        init(
            _ options: PythonClient.Options, client: PythonClient? = nil, context: ServerContext? = nil,
            delegate: RecordingDelegate = RecordingDelegate(), fragment: Int = .max
        ) throws {
            let client = try client ?? PythonClient()
            let context = try context ?? ServerContext(HandshakeTests.certificate)
            self.delegate = delegate
            handshake = try context.makeHandshake(delegate: delegate)
            var toServer = try take(client.start(options))
            while !toServer.isEmpty, failure == nil {
                let (level, bytes) = toServer.removeFirst()
                let seen = delegate.events.count
                do throws(HandshakeFailure) {
                    try handshake.receive(bytes, level: level, fragment: fragment)
                } catch {
                    failure = error
                }
                for case .wrote(let level, let bytes) in delegate.events[seen...] {
                    toServer += try take(client.receive(bytes, level: level))
                }
            }
        }

        private mutating func take(
            _ answer: PythonClient.Answer
        ) throws -> [(level: EncryptionLevel, bytes: [UInt8])] {
            #expect(answer.alert == nil, "the client refuses")
            state = answer.state
            clientSecrets += answer.secrets
            return answer.crypto
        }
    }
}

extension QUICHandshake {
    func receive(_ bytes: [UInt8], level: EncryptionLevel, fragment: Int = .max) throws(HandshakeFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(fragment))
            rest = rest.dropFirst(part.count)
            try part.span.bytes.withUnsafeBytes { part throws(HandshakeFailure) in
                try receive(part, level: level)
            }
        }
    }
}
