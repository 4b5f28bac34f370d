import Control
import EventLoop
import QUICLB
import Testing

@testable import Supervisor

// What the tests of slots have in common.

func seconds(_ count: Double) -> Instant {
    Instant(nanoseconds: UInt64(count * 1e9))
}

/// As `#expect(… == …)`, which takes no call that mutates.
func expect<Value: Equatable>(
    _ value: Value, is expected: Value, sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(value == expected, sourceLocation: sourceLocation)
}

/// A slot whose first worker became active at second 1.
func activeMachine() -> Slot.StateMachine {
    var machine = Slot.StateMachine(addressCount: 1)
    _ = machine.start(at: seconds(0))
    _ = machine.bound(addressIndex: 0)
    _ = machine.ready(at: seconds(1))
    return machine
}
