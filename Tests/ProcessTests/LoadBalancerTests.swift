import Foundation
import Testing

extension ProcessTests {
    /// Two pools behind a load balancer that knows nothing of them but what `drover lb-config` exports. Both are resized
    /// in the middle.
    @Suite struct LoadBalancerTests {
        private static let hostIDs = ["01", "02"]
        private static let port: UInt16 = 4433
        private static let connections = 24
        private static let bytes = 2_000_000
        private static let moves = 4

        /// The load balancer of these tests reads every vector, also where it knows a part of the server ID only.
        @Test(.needsPython)
        func everyVectorIsRead() async throws {
            let files = ["quic-lb-draft.json", "quic-lb-generated.json"]
            let client = try PythonClient(
                "check_quic_lb.py", files.map { Executables.vectors.appending(path: $0).path })
            #expect(try await client.exitStatus(within: .seconds(30)) == .exited(0))
            let report = try client.events("summary", as: VectorReport.self).first
            #expect(report?.failed == 0)
            #expect(report?.checked ?? 0 > 720)
        }

        /// With new source ports, and with new addresses, which clients that know it take new connection IDs for.
        @Test(
            .needsDrover, .needsPython, .needsNamespaces,
            arguments: [
                [], ["--migrate", "--local-hosts"] + LoadBalancedNetwork.clientAddresses.reversed(),
            ])
        func connectionsSurviveMovesOfTheirClients(how: [String]) async throws {
            try await LoadBalancedNetwork.with { network in
                let pools = try await Self.pools(in: network)
                let balancer = try await LoadBalancerProcess.start(
                    in: network, pools: pools, port: Self.port)
                #expect(balancer.table.count == Self.hostIDs.count + 1)

                let client = try Self.client(in: network, how, deadline: 90)
                try await Self.waitForFirstMoves(of: client)
                try await pools[0].command("resize", "4")
                try await pools[1].command("resize", "1")
                #expect(try await client.exitStatus(within: .seconds(100)) == .exited(0))
                let reports = try client.events("connection", as: TransferReport.self)
                #expect(reports.count == Self.connections)
                for report in reports {
                    #expect(
                        report.ok, "connection \(report.index): \(report.failure ?? "") at \(report.bytes)")
                }

                let summary = try await balancer.stop()
                #expect(summary.table == balancer.table)
                // The first packets of a connection have an ID that the client chose.
                #expect(summary.byHash >= Self.connections)
                #expect(summary.byServerId > Self.connections * Self.bytes / 1500)
                #expect(summary.refused == 0)
                try await Self.expectFairAndNoStrays(pools)
            }
        }

        /// A load balancer that does not know connection IDs takes a client that moved to the other host, half of the
        /// time.
        @Test(.needsDrover, .needsPython, .needsNamespaces)
        func withoutConnectionIDsConnectionsAreLost() async throws {
            try await LoadBalancedNetwork.with { network in
                let pools = try await Self.pools(in: network)
                let balancer = try await LoadBalancerProcess.start(
                    in: network, pools: pools, port: Self.port, "--ignore-connection-ids")

                let client = try Self.client(in: network, deadline: 15)
                #expect(try await client.exitStatus(within: .seconds(40)) == .exited(1))
                let reports = try client.events("connection", as: TransferReport.self)
                #expect(reports.count(where: \.ok) < Self.connections / 2)
                #expect(reports.allSatisfy { $0.bytes > 0 })

                #expect(try await balancer.stop().byServerId == 0)
                for pool in pools { try await pool.terminate() }
            }
        }

        private static func pools(in network: LoadBalancedNetwork) async throws -> [DroverProcess] {
            var pools: [DroverProcess] = []
            for (host, hostID) in zip(network.hosts, hostIDs) {
                pools.append(
                    try await DroverProcess.start(
                        workers: 2, "--host-id", hostID,
                        listen: ["\(LoadBalancedNetwork.virtualAddress):\(port)"], launcher: host.launcher))
            }
            return pools
        }

        private static func client(
            in network: LoadBalancedNetwork, _ arguments: [String] = [], deadline: Int
        ) throws -> PythonClient {
            try PythonClient(
                "rebind.py", port: port,
                ["--host", LoadBalancedNetwork.virtualAddress, "--connections", "\(connections)"]
                    + ["--bytes", "\(bytes)", "--rebinds", "\(moves)", "--deadline", "\(deadline)"]
                    + arguments,
                launcher: network.client.launcher)
        }

        /// Returns when every connection has moved once, in the middle of its transfer.
        private static func waitForFirstMoves(of client: PythonClient) async throws {
            try await within(.seconds(60), for: "a move of each connection") {
                while true {
                    let line = client.lineCount
                    let moves = try client.events("moved", as: MoveReport.self)
                    if moves.count(where: { $0.move == 1 }) == connections { return }
                    _ = try await client.event(
                        "moved", as: MoveReport.self, after: line, within: .seconds(60))
                }
            }
        }

        private static func expectFairAndNoStrays(_ pools: [DroverProcess]) async throws {
            var accepted: [Int] = []
            for pool in pools {
                let counters = try await pool.terminate()
                accepted.append(counters.accepted.reduce(0, +))
                for slot in counters.slots.values {
                    #expect(slot["dropped-unknown-connection"] == 0)
                    #expect(slot["dropped-foreign-server-id"] == 0)
                }
            }
            #expect(accepted.reduce(0, +) == connections)
            #expect(accepted.allSatisfy { $0 > 0 }, "the shares are \(accepted)")
        }
    }
}
