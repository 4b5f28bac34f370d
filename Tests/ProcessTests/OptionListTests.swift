import Foundation
import Testing

extension ProcessTests {
    /// No option of `drover serve` is without a test that sees what it does.
    @Suite struct OptionListTests {
        /// The test of each; of those in `ServeOptionTests.rows`, that one.
        private static let tests = [
            "address-connections": "aLimitRefuses", "address-validation": "anOptionIsSeen",
            "alpn": "anOptionIsSeen", "batch": "anOptionIsSeen",
            "cert": "clientsGetTheCertificateOfTheHostTheyName",
            "client-ca": "clientsShowCertificates", "client-certificates": "clientsShowCertificates",
            "config": "aPoolIsAsItsFileSays", "config-id": "anOptionIsSeen",
            "congestion-control": "anOptionIsSeen",
            "connection-id-key": "unknownConnectionOfASlotGetsAStatelessReset",
            "connection-id-length": "anOptionIsSeen", "connection-ids": "connectionIDsAreAsAWSReadsThem",
            "connection-window": "anOptionIsSeen", "connections": "aLimitRefuses",
            "datagram-frame": "anOptionIsSeen", "dev-cert": "certificatesAreVerified",
            "disable-active-migration": "aServerThatForbidsItIsNotMovedAwayFrom", "dscp": "packetsAreMarked",
            "event-trace": "aServersConnectionsAreTraced", "gro": "trainsGoInOnePiece",
            "gso": "trainsGoInOnePiece", "half-open": "halfOpenConnectionsAreLimited",
            "handshake-timeout": "aHandshakeTimesOut", "host-id": "connectionIDsAreAsAWSReadsThem",
            "idle-timeout": "anOptionIsSeen", "keep-alive": "aClientIsKeptAlive",
            "key": "clientsGetTheCertificateOfTheHostTheyName", "key-log": "theKeyLogIsWrittenWithAWarning",
            "listen": "everyAddressOfEitherFamilyServes",
            "log-format": "everyLineIsAnObjectWhereJSONIsWanted",
            "log-level": "linesOfALowerLevelAreLeftOut", "metrics": "prometheusReadsThem",
            "new-token-lifetime": "noTokenMayBeGiven", "pin-cpus": "aPinnedWorkerHasOneProcessor",
            "preferred-address": "itGoesOnAtThePreferredAddress", "psk-file": "clientsKnowAPreSharedKey",
            "receive-buffer": "buffersAreAsLarge", "reset-secret-file": "aResetSecretIsShared",
            "retry-half-open": "halfOpenConnectionsMakeItAsk", "retry-rate": "underLoad",
            "retry-token-lifetime": "aTokenOfARetryGrowsOld",
            "run-dir": "secondSupervisorInARunDirectoryIsRefused", "send-buffer": "buffersAreAsLarge",
            "state-dir": "aSessionResumesInAnotherWorkerAndAfterARestart",
            "steering": "withoutSteeringConnectionsAreLost",
            "stop-code": "connectionsAreClosedWithTheCodeThatIsWanted",
            "stop-reason": "connectionsAreClosedWithTheCodeThatIsWanted", "stream-window": "anOptionIsSeen",
            "streams": "anOptionIsSeen", "udp-payload": "anOptionIsSeen",
            "unidirectional-streams": "anOptionIsSeen", "worker-connections": "aLimitRefuses",
            "user": "rootBecomesTheUserBeforeItBinds",
            "worker-timeout": "aWorkerThatShowsNoSignOfLifeIsReplaced",
            "workers": "autoIsAWorkerForEachProcessor",
        ]

        /// What ArgumentParser tells of a command.
        private struct Help: Decodable {
            struct Command: Decodable {
                let commandName: String
                let subcommands: [Command]?
                let arguments: [Argument]?
            }

            struct Argument: Decodable {
                struct Name: Decodable {
                    let kind: String
                    let name: String
                }

                let names: [Name]?
            }

            let command: Command
        }

        @Test(.needsDrover)
        func everyOptionHasATest() async throws {
            let process = try ChildProcess(Executables.drover, ["--experimental-dump-help"])
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(0))
            try await process.output.waitForEnd()
            let text = process.output.lines.joined(separator: "\n")
            let help = try JSONDecoder().decode(Help.self, from: Data(text.utf8))
            let serve = try #require(help.command.subcommands?.first { $0.commandName == "serve" })
            let options = (serve.arguments ?? []).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }
            // What takes a flag back is no option of its own.
            let names = options.map(\.name).filter { !$0.hasPrefix("no-") }
            #expect(Set(names).subtracting(["help", "version"]) == Set(Self.tests.keys))

            let rows = Set(ServeOptionTests.rows.flatMap(\.options))
            let sources = try Self.sources()
            for (option, test) in Self.tests {
                let isThere = sources.contains("func \(test)(")
                #expect(isThere, "\(option): \(test)")
                if test == "anOptionIsSeen" { #expect(rows.contains("--\(option)")) }
            }
        }

        /// These tests' own.
        private static func sources() throws -> String {
            let directory = URL(filePath: #filePath).deletingLastPathComponent()
            return try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "swift" }
                .map { try String(contentsOf: $0, encoding: .utf8) }.joined()
        }
    }
}
