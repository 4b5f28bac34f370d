import Control
import Glibc
import Linux
import TestSupport
import Testing

extension ProcessTests {
    /// `Drover.connect`, against a pool and against a server that others wrote.
    @Suite struct ClientTests {
        private let directory = try! TemporaryDirectory()

        private func pool(_ options: String...) async throws -> DroverProcess {
            try await DroverProcess.start(
                workers: 2, options: ["--datagram-frame", "65535"] + options)
        }

        @Test(.needsDrover, .needsVisitor)
        func itEchoesAndMoves() async throws {
            let pool = try await pool()
            let visit = try await Visitor.visit(
                port: pool.port, "--authorities", pool.certificate, "--steps",
                "echo,rebind,echo,migrate,echo,rebind,echo,migrate,echo,datagram")[0]
            #expect(visit.ok && visit.echoed == 5 && visit.datagrams == 1 && visit.alpn == "echo")
            // A rebinding is not noticed, a migration is another port.
            #expect(Set(visit.localPorts).count == 3)
            let counters = try await pool.terminate()
            #expect(counters.accepted.reduce(0, +) == 1)
        }

        @Test(.needsDrover, .needsVisitor)
        func itEchoesALot() async throws {
            let pool = try await pool()
            let visits = try await Visitor.visit(
                port: pool.port, "--octets", "20000000", "--steps", "echo,rebind,echo")
            #expect(visits[0].ok && visits[0].echoed == 2)
        }

        @Test(.needsDrover, .needsVisitor)
        func aServerThatForbidsItIsNotMovedAwayFrom() async throws {
            let pool = try await pool("--disable-active-migration")
            let visit = try await Visitor.visit(port: pool.port, "--steps", "echo,migrate")[0]
            #expect(visit.failure == "migrationNotPossible" && visit.echoed == 1)
        }

        @Test(.needsDrover, .needsVisitor)
        func itResumesInAnotherWorkerAndAfterARestart() async throws {
            let memory = directory.path("session")
            let first = try await DroverProcess.start(workers: 2, "--address-validation", "always")
            let visits = try await Visitor.visit(port: first.port, "--visits", "24", "--memory", memory)
            #expect(visits.allSatisfy { $0.ok })
            let resumed = visits.map(\.resumed)
            #expect(resumed == [false] + Array(repeating: true, count: 23))
            let counters = try await first.terminate()
            #expect(counters.accepted.allSatisfy { $0 > 0 } && counters.total("retries-sent") == 1)

            let second = try await DroverProcess.start(
                workers: 2, "--address-validation", "always", after: first)
            let later = try await Visitor.visit(port: second.port, "--memory", memory)
            #expect(later[0].ok && later[0].resumed)
        }

        /// RFC 9000 §9.6
        @Test(.needsDrover, .needsVisitor, arguments: ["ebpf", "forward"])
        func itGoesOnAtThePreferredAddress(steering: String) async throws {
            let pool = try await DroverProcess.start(
                workers: 3, "--preferred-address", "127.0.0.2:0", "--steering", steering)
            let visits = try await Visitor.visit(
                port: pool.port, "--steps", "echo,move,echo,rebind,echo,migrate,echo", "--visits", "10")
            #expect(visits.allSatisfy { $0.ok && $0.echoed == 4 })
            #expect(visits.allSatisfy { $0.remotePorts.last == pool.ports[1] })
            let stayed = try await Visitor.visit(port: pool.port, "--ignore-preferred-address")
            #expect(stayed[0].ok && stayed[0].remotePorts == [pool.port])
            let direct = try await Visitor.visit(port: pool.ports[1], "--host", "127.0.0.2")
            #expect(direct[0].ok)
            let counters = try await pool.terminate()
            #expect(counters.accepted.reduce(0, +) == 12)
            #expect(counters.total("dropped-other-address") == 0)
        }

        /// RFC 9000 §9.6.2: the connection ID that came with the address has a token of its own.
        @Test(.needsDrover, .needsVisitor)
        func atThePreferredAddressItLearnsThatItsConnectionIsGone() async throws {
            let pool = try await DroverProcess.start(workers: 1, "--preferred-address", "127.0.0.2:0")
            let visitor = try Visitor.start(port: pool.port, ["--steps", "echo,move,pause,echo"])
            _ = try await within(.seconds(20), for: "pause of the client") { [errors = visitor.errors] in
                try await errors.line { $0 == "paused" }
            }
            try pool.workers()[0].send(SIGKILL)
            try await pool.waitForStatus("another worker") {
                $0.slots[0].incarnation == 2 && $0.slots[0].state == .active
            }
            try visitor.write(line: "")
            let visit = try await Visitor.reports(of: visitor)[0]
            #expect(visit.failure == "statelessReset" && visit.remotePorts.last == pool.ports[1])
        }

        /// certificate_required (RFC 8446 §4.4.2.4) without.
        @Test(.needsDrover, .needsPython, .needsVisitor)
        func itShowsItsCertificate() async throws {
            let own = try await CertificateFiles("client", in: directory)
            let pool = try await pool("--client-certificates", "required", "--client-ca", own.certificate)
            let shown = try await Visitor.visit(
                port: pool.port, "--certificate", own.certificate, "--private-key", own.key)
            #expect(shown[0].ok)
            let none = try await Visitor.visit(port: pool.port)
            #expect(none[0].failure == "closedByPeer" && none[0].transportCode == 0x174)
        }

        /// As the server does.
        @Test(.needsDrover, .needsVisitor)
        func itWritesTheKeyLog() async throws {
            let logs = ["server", "client"].map { directory.path($0) }
            let pool = try await pool("--key-log", logs[0])
            let visits = try await Visitor.visit(port: pool.port, "--key-log", logs[1])
            #expect(visits[0].ok)
            let lines = try logs.map {
                Set(String(decoding: try File.contents(of: $0), as: UTF8.self).split(separator: "\n"))
            }
            #expect(lines[1].count >= 4 && lines[1] == lines[0])
        }

        /// Of the two, the one of the connection's family.
        @Test(.needsDrover, .needsVisitor, .needsIPv6)
        func itGoesOnAtThePreferredAddressOfItsFamily() async throws {
            let pool = try await DroverProcess.start(
                workers: 2, "--preferred-address", "127.0.0.2:0", "--preferred-address", "[::1]:0",
                listen: ["127.0.0.1:0", "[::1]:0"])
            for (host, own, preferred) in [("127.0.0.1", 0, 2), ("::1", 1, 3)] {
                let visits = try await Visitor.visit(
                    port: pool.ports[own], "--host", host, "--steps", "echo,move,echo")
                #expect(visits[0].ok && visits[0].remotePorts.last == pool.ports[preferred], "\(host)")
            }
        }

        /// bad_certificate and unknown_ca (RFC 8446 §6.2): the server learns it, too.
        @Test(.needsDrover, .needsVisitor)
        func certificatesAreVerified() async throws {
            let pool = try await pool()
            for (name, options) in [("localhost", []), ("127.0.0.1", ["--read-authorities"])] {
                let visits = try await Visitor.visit(
                    port: pool.port, ["--authorities", pool.certificate, "--name", name] + options)
                #expect(visits[0].ok, "\(name)")
            }
            let other = try await Visitor.visit(
                port: pool.port, "--authorities", pool.certificate, "--name", "example.org")
            #expect(other[0].failure == "protocolViolated")
            let foreign = try await DroverProcess.start(workers: 1)
            let stranger = try await Visitor.visit(port: pool.port, "--authorities", foreign.certificate)
            #expect(stranger[0].failure == "protocolViolated")
        }

        /// no_application_protocol (RFC 9001 §8.1)
        @Test(.needsDrover, .needsVisitor)
        func aServerMayNotSpeakTheProtocol() async throws {
            let pool = try await pool()
            let visits = try await Visitor.visit(port: pool.port, "--alpn", "other")
            #expect(visits[0].failure == "closedByPeer" && visits[0].transportCode == 0x178)
        }

        /// aioquic is a server that others wrote.
        @Test(.needsPython, .needsVisitor, arguments: [[], ["--retry"]])
        func itSpeaksToAioquic(arguments: [String]) async throws {
            let certificate = directory.path("cert.pem")
            let key = directory.path("key.pem")
            let maker = try PythonClient(
                "make_certificate.py", ["--cert", certificate, "--key", key, "--host", "localhost"])
            let made = try await maker.exitStatus(within: .seconds(20))
            #expect(made == .exited(0))
            let server = try PythonClient(
                "echo_server.py", ["--cert", certificate, "--key", key] + arguments)
            struct Ready: Decodable { let port: UInt16 }
            let port = try await server.event("ready", as: Ready.self, within: .seconds(20)).port
            let visits = try await Visitor.visit(
                port: port, "--authorities", certificate, "--visits", "3", "--memory",
                directory.path("session"),
                "--steps", "echo,rebind,echo,migrate,echo,datagram", "--octets", "1000")
            #expect(visits.allSatisfy { $0.ok && $0.echoed == 3 && $0.datagrams == 1 })
            #expect(visits.map(\.resumed) == [false, true, true])
            try server.closeInput()
        }

        /// Nobody answers: the handshake times out, and is told to have.
        @Test(.needsVisitor)
        func nobodyMayBeThere() async throws {
            let port = try OccupiedPort(sharesPort: false)
            let visits = try await Visitor.visit(port: port.port, "--handshake-timeout", "1")
            #expect(visits[0].failure == "timedOut")
        }
    }
}
