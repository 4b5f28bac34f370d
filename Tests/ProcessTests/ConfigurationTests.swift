import Foundation
import TestSupport
import Testing

extension ProcessTests {
    /// Settings of files and the environment, and `drover check`, as operators use them.
    @Suite struct ConfigurationTests {
        private let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
        }

        /// Seen on the wire, with a flag and a variable of the environment before it.
        @Test(
            .needsDrover, .needsPython,
            arguments: [
                (
                    "drover.yaml",
                    """
                    # What a client sees.
                    idle-timeout: 7s
                    streams: 3
                    unidirectional-streams: 4
                    udp-payload: 1400
                    disable-active-migration: true
                    """
                ),
                (
                    "drover.json",
                    """
                    {"idle-timeout": "7s", "streams": 3, "unidirectional-streams": 4, "udp-payload": 1400,
                     "disable-active-migration": true}
                    """
                ),
            ])
        func aPoolIsAsItsFileSays(name: String, text: String) async throws {
            let path = try directory.file(name, text)
            let pool = try await DroverProcess.start(
                workers: 1, "--config", path, "--streams", "5",
                launcher: DroverProcess.after("export DROVER_UDP_PAYLOAD=1300 DROVER_STREAMS=6"))
            let visit = try #require(try await PythonClient.visit(pool).first)
            #expect(visit.ok)
            #expect(visit.parameters.idleTimeout == 7)
            #expect(visit.parameters.streamsBidi == 5)
            #expect(visit.parameters.streamsUni == 4)
            #expect(visit.parameters.udpPayload == 1300)
            #expect(visit.parameters.disableActiveMigration == true)
            try await pool.terminate()
        }

        /// What is wrong with it is told by its line, and the pool stays as it was.
        @Test(.needsDrover, .needsPython)
        func aReloadReadsTheFileAnew() async throws {
            let path = try directory.file("drover.yaml", "idle-timeout: 7s\n")
            let pool = try await DroverProcess.start(workers: 1, "--config", path)
            for (text, complaint) in [
                ("\nidle-timeout: 0s\n", ":2: idle-timeout 0s: it is out of range"),
                ("idel-timeout: 8s\n", ":1: idel-timeout: there is no such setting"),
            ] {
                _ = try directory.file("drover.yaml", text)
                let refused = try await run(["reload", "--run-dir", pool.runDirectory])
                #expect(refused.status == 78 && refused.errors.contains(path + complaint), "\(refused)")
                #expect(try await PythonClient.visit(pool).first?.parameters.idleTimeout == 7)
            }
            _ = try directory.file("drover.yaml", "idle-timeout: 9s\n")
            #expect(try await run(["reload", "--run-dir", pool.runDirectory]).status == 0)
            #expect(try await PythonClient.visit(pool).first?.parameters.idleTimeout == 9)
            try await pool.terminate()
        }

        /// No option can be forgotten: whatever `serve` has is a key of the file and a variable of the environment.
        @Test(.needsDrover)
        func everyOptionIsASetting() async throws {
            let options = try await optionNames()
            #expect(options.count > 40)
            let settings = try await check(["--all", "--json", "--dev-cert"]).settings
            #expect(Set(settings.map(\.name)) == options)
            for option in options {
                let variable = "DROVER_" + option.uppercased().replacing("-", with: "_")
                let ofVariable = try await run(["check", "--json"], [variable: "\u{7f}"])
                #expect((ofVariable.output + ofVariable.errors).contains(variable), "\(ofVariable)")
                guard option != "config" else { continue }
                let path = try directory.file("drover.yaml", "\(option):\n")
                let ofFile = try await run(["check", path])
                #expect(ofFile.status == 78)
                #expect(
                    ofFile.errors == "drover: \(path):1: \(option): it has no value; give one, or drop it")
            }
        }

        @Test(.needsDrover)
        func checkTellsWhoSetWhat() async throws {
            let path = try directory.file(
                "drover.yaml", "dev-cert: true\nlisten: [127.0.0.1:0, '[::1]:0']\nworkers: 3\n")
            let arguments = ["check", path, "--host-id", "0a0b"]
            let environment = ["DROVER_WORKERS": "2"]
            let table = try await run(arguments, environment)
            #expect(table.status == 0 && table.errors.isEmpty)
            let rows = table.output.split(separator: "\n").map {
                $0.split(separator: /\s\s+/).map(String.init)
            }
            #expect(
                rows == [
                    ["config", path, "flag"], ["listen", "127.0.0.1:0, [::1]:0", "file \(path):2"],
                    ["workers", "2", "environment DROVER_WORKERS"], ["dev-cert", "true", "file \(path):1"],
                    ["host-id", "0a0b", "flag"],
                ])

            let settings = try await check(Array(arguments.dropFirst()) + ["--all", "--json"], environment)
                .settings
            let workers = settings.first { $0.name == "workers" }
            #expect(workers?.origin == "environment" && workers?.variable == "DROVER_WORKERS")
            let listen = settings.first { $0.name == "listen" }
            #expect(listen?.origin == "file" && listen?.file == path && listen?.line == 2)
            #expect(settings.first { $0.name == "idle-timeout" }?.origin == "default")
        }

        /// A pool that could not start is found out, and nothing is made.
        @Test(
            .needsDrover,
            arguments: [
                (["--dev-cert"], 0, ""), ([], 64, "certificate"),
                (["--dev-cert", "--workers", "0"], 64, "--workers"),
                (["--dev-cert", "--idle-timeout", "0s"], 64, "--idle-timeout 0s"),
                (
                    [
                        "--dev-cert", "--host-id", "0102030405060708090a0b0c0d0e", "--connection-id-length",
                        "8",
                    ], 64, "--"
                ),
                (["--cert", "/nonexistent", "--key", "/nonexistent"], 78, "/nonexistent"),
                (["--dev-cert", "--config", "/nonexistent"], 78, "--config /nonexistent"),
                (["--dev-cert", "--listen", "127.0.0.1:1", "--listen", "127.0.0.1:1"], 64, "--listen"),
            ])
        func checkTellsWhetherAPoolCanStart(arguments: [String], status: Int32, naming cause: String)
            async throws
        {
            let run = try await run(["check"] + arguments + DroverProcess.directories(in: directory))
            #expect(run.status == status, "\(run)")
            #expect(cause.isEmpty ? run.errors.isEmpty : run.errors.contains(cause), "\(run)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: directory.url.path).isEmpty)
        }

        @Test(.needsDrover)
        func checkReadsTheDirectoriesOfAPoolThatRuns() async throws {
            let pool = try await DroverProcess.start(workers: 1)
            let state = URL(filePath: pool.certificate).deletingLastPathComponent().path
            let arguments = ["check", "--dev-cert", "--run-dir", pool.runDirectory, "--state-dir", state]
            #expect(try await run(arguments).status == 0)
            try await pool.terminate()

            let kept = try FileManager.default.contentsOfDirectory(atPath: state)
            let damaged = try #require(kept.first { $0.hasSuffix(".json") })
            try Data("{".utf8).write(to: URL(filePath: "\(state)/\(damaged)"))
            let run = try await run(arguments)
            #expect(run.status == 78 && run.errors.contains(damaged), "\(run)")
            try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: state)
            #expect(try await self.run(arguments).errors.contains("lets others in"))
        }

        @Test(.needsDrover)
        func theExampleIsGood() async throws {
            let path = Executables.packageRoot.appending(path: "scripts/drover.yaml").path
            let run = try await run(["check", path] + DroverProcess.directories(in: directory))
            #expect(run.status == 0, "\(run)")
            // And what it has as comments are settings.
            let text = try String(contentsOfFile: path, encoding: .utf8).replacing(
                /(?m)^#(?=[a-z])/, with: "")
            let all = try await self.run(["check", try directory.file("drover.yaml", text)])
            #expect(
                all.errors.contains("--dev-cert") || all.errors.contains(": dev-cert: it excludes"), "\(all)")
        }

        /// What the shell offers after `--steering`.
        @Test(.needsDrover, arguments: ["bash", "zsh", "fish"])
        func completionsAreForEveryCommand(shell: String) async throws {
            let script = try await run(["--generate-completion-script", shell])
            #expect(script.status == 0)
            for command in ["serve", "check", "status", "resize", "rotate-key", "lb-config", "cid"] {
                #expect(script.output.contains(command))
            }
            guard shell == "bash" else { return }
            let path = try directory.file("completion.bash", script.output)
            let trial = """
                set -eu; source '\(path)'; COMP_WORDS=(drover serve --steering ''); COMP_CWORD=3; COMP_LINE='drover serve \
                --steering '; COMP_POINT=${#COMP_LINE}; _drover drover '' --steering; printf '%s ' "${COMPREPLY[@]}"
                """
            for arguments in [["-n", path], ["-c", trial]] {
                let bash = try ChildProcess(URL(filePath: "/bin/bash"), arguments, mergesErrors: true)
                #expect(try await bash.exitStatus(within: .seconds(10)) == .exited(0))
                try await bash.output.waitForEnd()
                let output = bash.output.lines.joined(separator: "\n")
                #expect(output == (arguments[0] == "-n" ? "" : "auto ebpf forward off "))
            }
        }

        // MARK: Running drover

        private struct Run {
            let status: Int32?
            let output: String
            let errors: String
        }

        private func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Run {
            let process = try ChildProcess(Executables.drover, arguments, environment: environment)
            let end = try await process.exitStatus(within: .seconds(15))
            try await process.output.waitForEnd()
            try await process.errors.waitForEnd()
            let status: Int32? = if case .exited(let status) = end { status } else { nil }
            return Run(
                status: status,
                output: process.output.lines.joined(separator: "\n"),
                errors: process.errors.lines.joined(separator: "\n"))
        }

        private struct CheckReport: Decodable {
            struct Setting: Decodable {
                let name: String
                let origin: String
                let variable: String?
                let file: String?
                let line: Int?
            }

            let settings: [Setting]
        }

        private func check(
            _ arguments: [String], _ environment: [String: String] = [:]
        ) async throws -> CheckReport {
            let run = try await run(["check"] + arguments, environment)
            return try JSONDecoder().decode(CheckReport.self, from: Data(run.output.utf8))
        }

        /// Of what `drover serve` has beside them, there is only the help.
        private func optionNames() async throws -> Set<String> {
            struct Dump: Decodable {
                struct Command: Decodable { let arguments: [Argument] }
                struct Argument: Decodable { let preferredName: Name }
                struct Name: Decodable { let name: String }
                let command: Command
            }
            let run = try await run(["serve", "--experimental-dump-help"])
            let dump = try JSONDecoder().decode(Dump.self, from: Data(run.output.utf8))
            let names = Set(dump.command.arguments.map(\.preferredName.name))
            return names.subtracting(["help", "version"])
                .filter { !($0.hasPrefix("no-") && names.contains(String($0.dropFirst(3)))) }
        }
    }
}
