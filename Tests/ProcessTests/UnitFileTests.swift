import Foundation
import TestSupport
import Testing

extension ProcessTests {
    /// The unit file for systemd (scripts/systemd).
    @Suite struct UnitFileTests {
        private static let path = Executables.packageRoot.appending(path: "scripts/systemd/drover.service")

        @Test(.needsDrover, .needsSystemd)
        func systemdHasNoObjectionToTheUnit() async throws {
            let directory = try TemporaryDirectory()
            let unit = directory.url.appending(path: "drover.service")
            // It checks that the program is there.
            let text = try String(contentsOf: Self.path, encoding: .utf8)
            try text.replacing("/usr/bin/drover", with: Executables.drover.path)
                .write(to: unit, atomically: true, encoding: .utf8)
            let complaints = try await analyze("verify", unit.path)
            // Of systemd before 253, which the unit's other type is for.
            #expect(complaints.filter { !$0.hasSuffix("ignoring: notify-reload") } == [])
        }

        /// 0 is not exposed at all, 10 is without any protection: a service that serves the network and loads a BPF program
        /// has 2 or so.
        @Test(.needsSystemd)
        func theServiceIsHardlyExposed() async throws {
            _ = try await analyze("security", "--offline=yes", "--threshold=25", Self.path.path)
        }

        private func analyze(_ arguments: String...) async throws -> [String] {
            let analyze = try ChildProcess(
                try #require(Executables.systemdAnalyze), arguments, mergesErrors: true)
            #expect(try await analyze.exitStatus(within: .seconds(30)) == .exited(0))
            return analyze.output.lines
        }
    }
}
