import Control
import Listener
import Placement
import QUICLB
import Testing

@Suite struct RoutingTests {
    private let ours = Slot(rawValue: 1)
    private let other = Slot(rawValue: 2)
    private let hash = PlacementHash(key: (1, 2))

    private func routing(_ steering: WorkerSteering, active: [Slot]? = nil) -> Routing {
        Routing(slot: ours, steering: steering, hash: hash, active: active ?? [ours, other])
    }

    /// A made-up ID whose place in the ring is the slot's.
    private func id(placedOn slot: Slot) -> ConnectionID {
        let ring = Ring(active: [ours, other])
        return (0...).lazy.map { ConnectionID([1, 2, 3, 4, 5, 6, 7, $0])! }
            .first { ring.slot(for: hash($0)) == slot }!
    }

    @Test("what encodes this slot stays", arguments: WorkerSteering.allCases, Routing.Arrival.allCases)
    func own(steering: WorkerSteering, arrival: Routing.Arrival) {
        let routing = routing(steering)
        #expect(routing.verdict(forSlot: ours, arrival) == .keep)
        #expect(routing.verdict(forInitial: id(placedOn: other), owner: ours, arrival) == .keep)
    }

    @Test("what encodes another slot is forwarded once", arguments: WorkerSteering.allCases)
    func foreign(steering: WorkerSteering) {
        let routing = routing(steering)
        for arrival in [Routing.Arrival.steered, .inTrain] {
            let expected: Routing.Verdict =
                steering == .off ? .drop(.droppedForeignSlot) : .forward(other)
            #expect(routing.verdict(forSlot: other, arrival) == expected)
        }
        #expect(routing.verdict(forSlot: other, .forwarded) == .drop(.droppedForeignSlot))
    }

    @Test("the kernel's choice for a first packet stands, and not for those behind it")
    func kernelPlaces() {
        let routing = routing(.kernel)
        let (here, there) = (id(placedOn: ours), id(placedOn: other))
        #expect(routing.verdict(forInitial: there, owner: nil, .steered) == .keep)
        #expect(routing.verdict(forInitial: there, owner: nil, .inTrain) == .forward(other))
        #expect(routing.verdict(forInitial: here, owner: nil, .inTrain) == .keep)
        #expect(routing.verdict(forInitial: there, owner: other, .steered) == .forward(other))
    }

    @Test("without a choice of the kernel's the ring places", arguments: [Routing.Arrival.steered, .inTrain])
    func ringPlaces(arrival: Routing.Arrival) {
        var routing = routing(.forward)
        #expect(routing.verdict(forInitial: id(placedOn: other), owner: nil, arrival) == .forward(other))
        #expect(routing.verdict(forInitial: id(placedOn: ours), owner: nil, arrival) == .keep)
        routing.place(active: [ours])
        #expect(routing.verdict(forInitial: id(placedOn: other), owner: nil, arrival) == .keep)
        routing.place(active: [])
        #expect(routing.verdict(forInitial: id(placedOn: other), owner: nil, arrival) == .keep)
    }

    @Test("a first packet that was forwarded stays, wherever it belongs", arguments: WorkerSteering.allCases)
    func forwarded(steering: WorkerSteering) {
        let routing = routing(steering)
        #expect(routing.verdict(forInitial: id(placedOn: other), owner: nil, .forwarded) == .keep)
        #expect(routing.verdict(forInitial: id(placedOn: other), owner: other, .forwarded) == .keep)
    }

    @Test("a draining worker keeps what was pinned to it, and what has no other place")
    func draining() {
        let there = id(placedOn: ours)
        #expect(routing(.kernel, active: [other]).verdict(forInitial: there, owner: nil, .steered) == .keep)
        #expect(
            routing(.forward, active: [other]).verdict(forInitial: there, owner: nil, .steered)
                == .forward(other))
    }

    @Test("a worker that leaves takes nothing new", arguments: WorkerSteering.allCases)
    func leaving(steering: WorkerSteering) {
        for active in [[], [ours], [other], [ours, other]] {
            var routing = routing(steering, active: active)
            routing.isLeaving = true
            for arrival in Routing.Arrival.allCases {
                for id in [id(placedOn: ours), id(placedOn: other)] {
                    for owner in [nil, ours] {
                        let verdict = routing.verdict(forInitial: id, owner: owner, arrival)
                        #expect([.drop(.refusedStopping), .forward(other)].contains(verdict))
                    }
                }
            }
            // A connection it still has, or had: its own answer.
            #expect(routing.verdict(forSlot: ours, .steered) == .keep)
        }
        var routing = routing(steering, active: [other])
        routing.isLeaving = true
        let expected: Routing.Verdict = steering == .off ? .drop(.refusedStopping) : .forward(other)
        #expect(routing.verdict(forInitial: id(placedOn: ours), owner: nil, .steered) == expected)
    }
}
