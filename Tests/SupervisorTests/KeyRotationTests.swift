import QUICLB
import Testing

@testable import Supervisor

@Suite struct KeyRotationTests {
    private let former = ConfigurationID(rawValue: 3)!
    private func slots(_ values: UInt8...) -> Set<Slot> { Set(values.map(Slot.init(rawValue:))) }

    @Test func theFormerConfigurationGoesWithItsLastUser() {
        var rotation = KeyRotation()
        #expect(rotation.begin(former: former, usedBy: slots(0, 1, 2)) == .none)
        #expect(rotation.unused(former, by: Slot(rawValue: 1)) == .none)
        #expect(rotation.unused(former, by: Slot(rawValue: 1)) == .none)
        #expect(rotation.workerEnded(in: Slot(rawValue: 0)) == .none)
        #expect(rotation.unused(ConfigurationID(rawValue: 2)!, by: Slot(rawValue: 2)) == .none)
        #expect(rotation.unused(former, by: Slot(rawValue: 2)) == .drop(former))
        #expect(rotation == KeyRotation())
        #expect(rotation.deadlinePassed() == .none)
    }

    @Test func theDeadlineDropsIt() {
        var rotation = KeyRotation()
        #expect(rotation.begin(former: former, usedBy: slots(0)) == .none)
        #expect(rotation.deadlinePassed() == .drop(former))
        #expect(rotation.unused(former, by: Slot(rawValue: 0)) == .none)
        #expect(rotation.workerEnded(in: Slot(rawValue: 0)) == .none)
    }

    @Test func aPoolWithoutWorkersDropsItAtOnce() {
        var rotation = KeyRotation()
        #expect(rotation.begin(former: former, usedBy: []) == .drop(former))
    }
}
