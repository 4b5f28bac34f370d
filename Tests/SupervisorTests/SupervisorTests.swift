import Glibc
import Linux
import Testing

/// The supervisor with real processes, whose workers answer datagrams in place of QUIC.
@Suite(.timeLimit(.minutes(1))) struct SupervisorTests {
    @Test func thePoolServesOnEveryAddressAndStops() throws {
        try withRunDirectory { directory in
            let pool = try TestPool(
                "answer", workers: 3, runDirectory: directory, addresses: ["127.0.0.1:0", "127.0.0.2:0"])
            let addresses = pool.waitUntilReady()
            #expect(addresses.count == 2)
            var slots: Set<Int> = []
            for address in addresses {
                for _ in 0..<64 { slots.insert(try TestClient(address).ask().slot) }
            }
            #expect(slots == [0, 1, 2])

            pool.signal(SIGTERM)
            #expect(pool.wait() == 0)
            let lines = pool.remainingErrorLines()
            let counts = lines.filter { $0.contains(" final counters ") }.compactMap { line in
                line.split(separator: " ").first { $0.hasPrefix("datagrams-received=") }?
                    .split(separator: "=").last.flatMap { Int($0) }
            }
            #expect(counts.count == 3)
            #expect(counts.reduce(0, +) == 128)
        }
    }

    @Test func aDeadWorkerIsReplacedOnItsSocketAndNothingQueuedIsLost() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("answer", runDirectory: directory)
            let address = try #require(pool.waitUntilReady().first)
            let client = try TestClient(address)
            let first = try client.ask()
            #expect(first.incarnation == 1)

            kill(first.processID, SIGSTOP)
            for _ in 0..<10 { try client.send() }
            kill(first.processID, SIGKILL)
            for _ in 0..<10 {
                let answer = try client.receive()
                #expect(answer.incarnation == 2 && answer.processID != first.processID)
            }
            let line = pool.errorLine() ?? ""
            #expect(
                line.hasPrefix("drover: worker replaced reason=\"was killed by signal 9\" slot=0 successor="))
            #expect(line.hasSuffix(" worker=\(first.processID)"))
            pool.signal(SIGINT)
            #expect(pool.wait() == 0)
        }
    }

    @Test func aSlotThatKeepsDyingBacksOffAndTheOthersServe() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("exit-when-replacing", workers: 2, runDirectory: directory)
            let address = try #require(pool.waitUntilReady().first)
            // Each client has a port of its own, so that both slots come up.
            var workers: [Int: Answer] = [:]
            while workers.count < 2 {
                let answer = try TestClient(address).ask()
                workers[answer.slot] = answer
            }
            kill(workers[0]!.processID, SIGKILL)
            #expect(pool.errorLine()?.hasSuffix(" worker=\(workers[0]!.processID)") == true)
            for delay in ["0.1", "0.2"] {
                let line = pool.errorLine() ?? ""
                #expect(
                    line.hasPrefix(
                        "drover: worker ended, its successor starts later delay=\"\(delay) seconds\""))
            }
            #expect(kill(workers[1]!.processID, 0) == 0)
            pool.signal(SIGTERM)
            #expect(pool.wait() == 0)
        }
    }

    @Test(arguments: [
        ("fail", 78, "drover: certificate: it is a test; pass it"),
        ("exit-at-start", 70, "exited with status 3 before it was ready"),
        ("ready-unbound", 70, "was killed: it is ready with 1 addresses not bound"),
        ("hang", 69, "start the pool: 3 of 3 workers are not ready after 0.3 seconds"),
        ("garbage", 70, "was killed: it sent a malformed message: it has the unknown kind 99"),
    ])
    func aPoolThatCannotStartSaysWhyInOneLine(behaviour: String, status: Int32, why: String) throws {
        try withRunDirectory { directory in
            let pool = try TestPool(behaviour, workers: 3, runDirectory: directory)
            #expect(pool.outputLine() == nil)
            let lines = pool.remainingErrorLines()
            #expect(lines.count == 1)
            #expect(lines.first?.contains(why) == true)
            #expect(pool.wait() == status)
        }
    }

    /// Not even if it says so before it is killed.
    @Test func aWorkerWithAWrongSocketDoesNotBecomeReady() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("wrong-socket", runDirectory: directory)
            #expect(pool.outputLine() == nil)
            let lines = pool.remainingErrorLines()
            #expect(lines.count == 1)
            let why = "was killed: it sent a socket that is not the pool's for 127.0.0.1:"
            #expect(lines.first?.contains(why) == true)
            #expect(pool.wait() == 70)
        }
    }

    @Test func aSecondPoolIsRefused() throws {
        try withRunDirectory { directory in
            let first = try TestPool("answer", runDirectory: directory)
            let address = try #require(first.waitUntilReady().first)

            let sameDirectory = try TestPool("answer", runDirectory: directory)
            #expect(sameDirectory.remainingErrorLines().first?.contains("another drover holds it") == true)
            #expect(sameDirectory.wait() == 78)

            let sameAddress = try TestPool(
                "answer", runDirectory: directory + "/other", addresses: [address.description])
            #expect(sameAddress.remainingErrorLines().first?.contains("EADDRINUSE") == true)
            #expect(sameAddress.wait() == 78)

            #expect(try TestClient(address).ask().slot == 0)
        }
    }

    @Test func aSecondSignalKillsWorkersThatDoNotStop() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("ignore-stop", workers: 2, runDirectory: directory)
            let address = try #require(pool.waitUntilReady().first)
            _ = try TestClient(address).ask()
            pool.signal(SIGTERM)
            // Another signal: two of one kind may come as one.
            pool.signal(SIGINT)
            #expect(pool.wait() == 0)
            #expect(pool.outputLine() == nil)
        }
    }

    @Test func workersEndWithTheirSupervisor() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("answer", workers: 2, runDirectory: directory)
            #expect(!pool.waitUntilReady().isEmpty)
            pool.signal(SIGKILL)
            #expect(pool.wait() == -SIGKILL)
            // The end of the stream, as no worker holds it any more.
            #expect(pool.outputLine() == nil)
        }
    }

    @Test(.enabled(if: hasIPv6)) func bothFamiliesShareAPort() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("answer", runDirectory: directory, addresses: ["0.0.0.0:0", "[::1]:0"])
            let addresses = pool.waitUntilReady()
            #expect(addresses.map(\.family) == [.ipv4, .ipv6])
            #expect(try TestClient(addresses[1]).ask().slot == 0)
        }
    }

    @Test(.enabled(if: canLoadPrograms))
    func theKernelSteersByServerIDAndAReplacedWorkerKeepsItsPlace() throws {
        try withRunDirectory { directory in
            let pool = try TestPool("answer", workers: 3, steering: "ebpf", runDirectory: directory)
            let address = try #require(pool.waitUntilReady().first)
            func ask(_ slot: UInt8) throws -> Answer { try TestClient(address).ask(Self.packet(for: slot)) }
            for slot in 0..<3 {
                for _ in 0..<8 { #expect(try ask(UInt8(slot)).slot == slot) }
            }
            let worker = try ask(1)
            kill(worker.processID, SIGKILL)
            let successor = try ask(1)
            #expect(successor.slot == 1 && successor.incarnation == 2)

            pool.signal(SIGTERM)
            #expect(pool.wait() == 0)
            let lines = pool.remainingErrorLines()
            #expect(lines.contains { $0.contains(" packets steered ") && $0.contains(" server-id=26 ") })
        }
    }

    /// A short-header packet whose connection ID encodes a slot of the test pools' host ID.
    private static func packet(for slot: UInt8) -> [UInt8] {
        [0x40, 16, 0x5a, slot] + Array(repeating: 7, count: 14) + Array(repeating: 0, count: 32)
    }

    private static let canLoadPrograms =
        Host.environment("DROVER_REQUIRE_ALL") == "1" || (try? Privileges.has(.bpf)) == true

    private static let hasIPv6 = (try? ReservedPort(SocketAddress("[::1]:0")!)) != nil

    private func withRunDirectory(_ body: (String) throws -> Void) throws {
        var template = Array("/tmp/drover-test-XXXXXX".utf8CString)
        let path = String(cString: try #require(mkdtemp(&template)))
        defer { _ = system("rm -r \(path)") }
        try body(path)
    }
}
