import Foundation
import Glibc
import TestSupport
import Testing

/// The load balancer of the tests (quic_lb_router.py), with nothing to go by but what `drover lb-config` exports.
final class LoadBalancerProcess: Sendable {
    /// What it knows, as it read it when it started.
    let table: [String: String]
    private let router: PythonClient

    /// Exports the configuration of each host, starts the load balancer, and returns when it has read them.
    static func start(
        in network: LoadBalancedNetwork, pools: [DroverProcess], port: UInt16, _ arguments: String...
    ) async throws -> LoadBalancerProcess {
        let directory = try TemporaryDirectory()
        defer { withExtendedLifetime(directory) {} }
        var options = ["--address", LoadBalancedNetwork.virtualAddress]
        options += ["--interface", LoadBalancedNetwork.clientInterface] + arguments
        for (pool, address) in zip(pools, LoadBalancedNetwork.hostAddresses) {
            let path = directory.path("\(address).json")
            let exported = try await pool.command(
                "lb-config", "--format", "yang-json", "--address", "\(address):\(port)")
            try Data(exported.utf8).write(to: URL(filePath: path))
            options += ["--config", path]
        }
        let router = try PythonClient("quic_lb_router.py", options, launcher: network.router.launcher)
        let ready = try await router.event("ready", as: RouterTable.self, within: .seconds(20))
        return LoadBalancerProcess(router, table: ready.table)
    }

    private init(_ router: PythonClient, table: [String: String]) {
        self.router = router
        self.table = table
    }

    func stop() async throws -> RouterReport {
        router.send(SIGTERM)
        #expect(try await router.exitStatus(within: .seconds(10)) == .exited(0))
        return try #require(try router.events("summary", as: RouterReport.self).first)
    }
}
