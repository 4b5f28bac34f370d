import Control
import QUICLB

// Single connections, which only their workers know.
extension Supervisor {
    /// Lists connections, slot by slot, as fast as the client reads.
    func listConnections(of slot: Slot?, from peer: String?, _ reply: ControlReply) throws(StartupFailure) {
        let asked = slots.filter { $0.hasWorker && (slot == nil || $0.slot == slot) }
        if let slot, asked.isEmpty {
            throw StartupFailure(.usage, "connections", why: "slot \(slot) has no worker")
        }
        let query = ConnectionQuery(asked.map(\.slot), peer: peer, reply: reply)
        queries[newRequest()] = .list(query)
        askNextSlot(newestRequest)
    }

    func closeConnection(
        _ connection: ConnectionNumber, code: UInt64, reason: String, _ reply: ControlReply
    ) throws(StartupFailure) {
        let index = Int(connection.slot.rawValue)
        guard index < slots.count, slots[index].hasWorker else { throw Self.notThere(connection) }
        queries[newRequest()] = .close(connection, reply)
        slots[index].send(
            .closeConnection(request: newestRequest, connection.number, code: code, reason: reason))
    }

    private static func notThere(_ connection: ConnectionNumber) -> StartupFailure {
        StartupFailure(.usage, "close \(connection)", why: "there is no such connection that is open")
    }

    private func newRequest() -> UInt32 {
        newestRequest &+= 1
        return newestRequest
    }

    // MARK: What workers say

    /// A worker told of connections.
    func slot(_ slot: Slot, _ request: UInt32, has connections: [ConnectionSummary], isLast: Bool) {
        guard case .list(var query) = queries[request], query.current == slot else { return }
        guard query.reply.isOpen else {
            queries[request] = nil
            return
        }
        if isLast { query.moveOn() }
        let isContinued = query.current != nil
        queries[request] = isContinued ? .list(query) : nil
        query.reply.send(
            .connections(
                ConnectionList(slot: slot.rawValue, connections: connections, isContinued: isContinued)))
        guard isContinued else { return }
        query.reply.whenTaken { [unowned self] in
            if isLast {
                askNextSlot(request)
            } else {
                slots[Int(slot.rawValue)].send(.continueListing(request: request))
            }
        }
    }

    /// Asks the slot whose turn it is.
    private func askNextSlot(_ request: UInt32) {
        guard case .list(let query) = queries[request] else { return }
        guard let slot = query.current else {
            queries[request] = nil
            return query.reply.send(
                .connections(ConnectionList(slot: 0, connections: [], isContinued: false)))
        }
        slots[Int(slot.rawValue)].send(.listConnections(request: request, peer: query.peer))
    }

    /// A worker was asked to close a connection.
    func slot(_ slot: Slot, _ request: UInt32, closedOpen wasOpen: Bool) {
        guard case .close(let connection, let reply) = queries.removeValue(forKey: request) else { return }
        reply.send(wasOpen ? .done(.close) : .error(Self.notThere(connection)))
    }

    /// A worker is gone, and answers nothing more.
    func forgetQueries(to slot: Slot) {
        for (request, query) in queries {
            switch query {
            case .list(let list) where list.current == slot:
                self.slot(slot, request, has: [], isLast: true)
            case .close(let connection, _) where connection.slot == slot:
                self.slot(slot, request, closedOpen: false)
            case .list, .close: break
            }
        }
    }
}

/// What workers were asked about connections, until they have answered.
enum PendingQuery {
    case list(ConnectionQuery)
    case close(ConnectionNumber, ControlReply)
}

/// A list of connections that is being told.
struct ConnectionQuery {
    /// From this IP address only.
    let peer: String?
    let reply: ControlReply
    /// Slots that have not told all, the one whose turn it is first.
    private var slots: ArraySlice<Slot>

    init(_ slots: [Slot], peer: String?, reply: ControlReply) {
        self.slots = slots[...]
        self.peer = peer
        self.reply = reply
    }

    var current: Slot? { slots.first }

    mutating func moveOn() {
        slots.removeFirst()
    }
}
