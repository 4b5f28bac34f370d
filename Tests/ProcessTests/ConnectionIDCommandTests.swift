import Foundation
import Glibc
import TestSupport
import Testing

extension ProcessTests {
    /// `drover cid` and `drover lb-config`, as scripts use them.
    @Suite struct ConnectionIDCommandTests {
        // Of the draft's vectors, enc-0.
        private static let layout = ["--config-id", "0", "--server-id-length", "3", "--nonce-length", "4"]
        private static let keyDigits = "8f95f09245765f80256934e50c66207f"
        private static let key = ["--key", keyDigits]
        private static let id = "0720b1d07b359d3c"

        @Test(.needsDrover)
        func encodeAndDecode() async throws {
            let encoded = try await output(
                ["cid", "encode"] + Self.layout + Self.key + ["--server-id", "ed793a", "--nonce", "ee080dbf"])
            #expect(encoded == Self.id)
            let json = try await output(["cid", "decode"] + Self.layout + Self.key + [Self.id, "--json"])
            #expect(json == #"{"configID": 0, "serverID": "ed793a", "nonce": "ee080dbf"}"#)
            let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(parsed?["configID"] as? Int == 0)
        }

        @Test(.needsDrover)
        func randomFirstOctetKeepsTheCodepoint() async throws {
            let encoded = try await output([
                "cid", "encode", "--config-id", "5", "--server-id-length", "1", "--nonce-length", "4",
                "--first-octet", "random", "--server-id", "07", "--nonce", "00000001",
            ])
            #expect(UInt8(encoded.prefix(2), radix: 16).map { $0 >> 5 } == 5)
            #expect(encoded.dropFirst(2) == "0700000001")
        }

        @Test(.needsDrover)
        func keyFileIsReadWhereOthersCannot() async throws {
            let directory = try TemporaryDirectory()
            let path = directory.path("key")
            try Data("\(Self.keyDigits)\n".utf8).write(to: URL(filePath: path))
            let arguments = ["cid", "decode"] + Self.layout + ["--key-file", path, Self.id]
            #expect(chmod(path, 0o640) == 0)
            try await expectFailure(arguments, status: 77, saying: "its mode is 640")
            #expect(chmod(path, 0o600) == 0)
            #expect(try await output(arguments) == "server ID ed793a, nonce ee080dbf, configuration 0")
        }

        /// The options, then what is explained, then what the JSON says.
        @Test(
            .needsDrover,
            arguments: [
                ([], "0720b1d07b359d3c", "server-id", 0x3a),
                (["--connection-id"], "0720b1d07b359d3c", "server-id", 0x3a),
                ([], "400720b1d07b359d3c00000000000000000000000000", "server-id", 0x3a),
                (["--packet"], "c000000001080720b1d07b359d3c", "server-id", 0x3a),
                ([], "8320b1d07b359d3c", "ring", nil),
                (["--packet"], "c000000001088320b1d07b359d3c", "ring", nil),
                (["--packet"], "408320b1d07b359d3c", "tuple", nil),
                (["--packet"], "c00000000115" + String(repeating: "00", count: 21), "malformed", nil),
            ] as [([String], String, String, Int?)])
        func explain(options: [String], octets: String, decision: String, slot: Int?) async throws {
            let json = try await output(
                ["cid", "explain"] + Self.layout + Self.key + options + [
                    "--host-id", "ed79", "--json", octets,
                ])
            let parsed = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
            #expect(parsed?["decision"] as? String == decision)
            #expect(parsed?["slot"] as? Int == slot)
            #expect((parsed?["reason"] as? String)?.isEmpty == false)
        }

        @Test(
            .needsDrover,
            arguments: [
                (["decode"], ["4720b1d07b359d3c"], 65, "its codepoint is 2, of another configuration"),
                (["decode"], ["0720b1d0"], 65, "it has 4 octets, and needs 8"),
                (["decode"], ["0720b1d"], 64, "two digits each"),
                (["decode"], [""], 64, "1 to 20 octets"),
                (["decode"], [String(repeating: "00", count: 21)], 64, "1 to 20 octets"),
                (["decode"], ["--key", "secret", "07"], 64, "--key: it is no key"),
                (["decode"], ["--key-file", "/nonexistent", "07"], 78, "/nonexistent"),
                (["decode"], ["--config-id", "7", "07"], 64, "0 to 6"),
                (["decode"], ["--nonce-length", "17", "07"], 64, "together they must have 19"),
                (["encode"], ["--server-id", "ed79", "--nonce", "ee080dbf"], 64, "--server-id"),
                (["encode"], ["--server-id", "ed793a", "--nonce", "ee080d"], 64, "--nonce"),
                (["explain"], ["--host-id", "ed", "07"], 64, "with the slot it must fill"),
                (["explain"], ["--host-id", "ed79", "--packet", "--connection-id", "07"], 64, "one of them"),
            ] as [([String], [String], Int32, String)])
        func badInputIsNamed(
            command: [String], arguments: [String], status: Int32, message: String
        ) async throws {
            try await expectFailure(
                ["cid"] + command + Self.layout + arguments, status: status, saying: message)
        }

        @Test(
            .needsDrover,
            arguments: [
                (["yang-json", "--connection-ids", "plaintext"], "one address"),
                (["aws", "--connection-ids", "plaintext", "--address", "192.0.2.1:443"], "8 octets"),
                (["aws", "--connection-ids", "aws-nlb"], "8 octets"),
                (
                    ["envoy", "--connection-ids", "plaintext", "--connection-id-length", "20"],
                    "18 octets of host ID"
                ),
                (["yang-json", "--connection-ids", "keyed"], "no key"),
                (["xml"], "yang-json, aws or envoy"),
            ])
        func formatThatDoesNotFitIsRefused(arguments: [String], message: String) async throws {
            try await expectFailure(
                ["lb-config", "--host-id", "00", "--format"] + arguments, status: 64, saying: message)
        }

        private func output(_ arguments: [String]) async throws -> String {
            let process = try ChildProcess(Executables.drover, arguments)
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(0))
            try await process.output.waitForEnd()
            return process.output.lines.joined(separator: "\n")
        }

        private func expectFailure(_ arguments: [String], status: Int32, saying message: String) async throws
        {
            let process = try ChildProcess(Executables.drover, arguments, mergesErrors: true)
            #expect(try await process.exitStatus(within: .seconds(10)) == .exited(status))
            try await process.output.waitForEnd()
            let lines = process.output.lines
            #expect(lines.count == 1, "\(lines.joined(separator: "\n"))")
            #expect(lines.contains { $0.contains(message) }, "\(lines.joined(separator: "\n"))")
            #expect(!lines.contains { $0.contains("secret;") || $0.contains("'secret'") })
        }
    }
}
