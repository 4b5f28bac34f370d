import Drover
import Foundation
import QUICLB

/// What a handler can see of its worker and its connections, told to whoever asks: a line of JSON on each stream.
enum Inspection {
    struct Report: Encodable {
        struct Connection: Encodable {
            let peer: String
            let state: String
            let ids: [String]
            let applicationProtocol: String
            let octetsReceived: UInt64
            let octetsSent: UInt64
            let roundTripMicroseconds: Int64
            let congestionWindow: UInt64
            let isOlderThanNothing: Bool
        }

        let slot: UInt8
        let port: UInt16
        let localAddresses: [String]
        let accepted: UInt64?
        let connections: [Connection]
    }

    @Sendable
    static func announce(_ addresses: [Endpoint]) {
        FileHandle.standardOutput.write(Data("bound to \(addresses.map(\.description))\n".utf8))
    }

    @LoopActor
    static func serve(_ connection: Drover.Connection) async throws {
        for try await stream in connection.streams {
            guard let worker = PoolWorker.current else { return }
            let report = try JSONEncoder().encode(report(worker))
            try await stream.write(Array(report))
            stream.finish()
        }
    }

    @LoopActor
    private static func report(_ worker: PoolWorker) -> Report {
        Report(
            slot: worker.slot.rawValue, port: worker.port,
            localAddresses: worker.localAddresses.map(\.description), accepted: worker.counters["accepted"],
            connections: worker.connections.map { connection in
                let statistics = connection.statistics
                return Report.Connection(
                    peer: connection.remoteAddress.description, state: connection.state.rawValue,
                    ids: connection.connectionIDs.map(\.description),
                    applicationProtocol: connection.applicationProtocol,
                    octetsReceived: statistics.octetsReceived, octetsSent: statistics.octetsSent,
                    roundTripMicroseconds: statistics.roundTripTime / .microseconds(1) > 0
                        ? Int64(statistics.roundTripTime / .microseconds(1)) : 0,
                    congestionWindow: statistics.congestionWindow,
                    isOlderThanNothing: statistics.age > .zero)
            })
    }
}
