import Control
import EventLoop
import Linux
import QUICLB
import Testing

@testable import Listener

/// Who is let in, and who has to prove an address first.
@Suite final class AdmissionTests {
    private let memory = try! PoolPage.makeMemory()
    private let slot = Slot(rawValue: 3)

    private func admission(_ change: (inout AdmissionLimits) -> Void) -> Admission {
        var limits = AdmissionLimits()
        change(&limits)
        return Admission(limits, slot: slot, pool: PoolPage(in: memory))
    }

    private func address(_ text: String) -> SocketAddress { SocketAddress(text)! }

    @Test func aWorkerHasItsLimits() {
        var admission = admission { ($0.connectionsPerWorker, $0.halfOpen) = (2, 1) }
        let client = address("192.0.2.1:1").storage
        #expect(admission.obstacle(from: client) == nil)
        let first = admission.accepted(from: client)
        #expect(admission.obstacle(from: client) == .refusedHalfOpenLimit)
        admission.established()
        #expect(admission.obstacle(from: client) == nil)
        let second = admission.accepted(from: client)
        #expect(admission.obstacle(from: client) == .refusedConnectionLimit)
        admission.ended(second, wasEstablished: false)
        #expect(admission.obstacle(from: client) == nil)
        admission.ended(first, wasEstablished: true)
        #expect(admission.connections == 0 && admission.halfOpen == 0)
    }

    @Test func thePoolHasItsLimit() {
        let page = PoolPage(in: memory)
        var admission = admission { $0.connections = 5 }
        let client = address("192.0.2.1:1").storage
        page[Slot(rawValue: 255)] = 4
        #expect(admission.obstacle(from: client) == nil)
        let network = admission.accepted(from: client)
        #expect(page[slot] == 1)
        #expect(admission.obstacle(from: client) == .refusedPoolLimit)
        admission.ended(network, wasEstablished: false)
        #expect(page[slot] == 0 && page.connections == 4)
        #expect(admission.obstacle(from: client) == nil)
    }

    @Test(arguments: [
        ("192.0.2.1:1", "192.0.2.1:2", "192.0.2.2:1"),
        ("[2001:db8::1]:1", "[2001:db8::ffff:0:0:2]:9", "[2001:db8:0:1::1]:1"),
    ])
    func aNetworkHasItsLimit(first: String, same: String, other: String) {
        var admission = admission { $0.connectionsPerAddress = 1 }
        let network = admission.accepted(from: address(first).storage)
        #expect(admission.obstacle(from: address(same).storage) == .refusedAddressLimit)
        #expect(admission.obstacle(from: address(other).storage) == nil)
        admission.ended(network, wasEstablished: false)
        #expect(admission.obstacle(from: address(same).storage) == nil)
    }

    // MARK: Address validation

    /// A reference, so that an expectation may change it.
    private final class Validation {
        private var validation: AddressValidation

        init(_ options: AddressValidationOptions) {
            validation = AddressValidation(options)
        }

        func asks(halfOpen: Int, at now: Instant) -> Bool { validation.asks(halfOpen: halfOpen, at: now) }
    }

    private func validation(_ change: (inout AddressValidationOptions) -> Void) -> Validation {
        var options = AddressValidationOptions()
        change(&options)
        return Validation(options)
    }

    private func time(_ milliseconds: UInt64) -> Instant {
        Instant(nanoseconds: 1_000_000_000_000 + milliseconds * 1_000_000)
    }

    @Test func neverAndAlwaysAreWhatTheySay() {
        let never = validation { $0.mode = .never }
        let always = validation { $0.mode = .always }
        let asked = (0..<10_000).count { _ in never.asks(halfOpen: 10_000, at: time(0)) }
        #expect(asked == 0)
        #expect(always.asks(halfOpen: 0, at: time(0)))
    }

    @Test func itAsksWhileHalfOpenConnectionsAreMany() {
        let validation = self.validation { $0.halfOpenThreshold = 100 }
        #expect(!validation.asks(halfOpen: 99, at: time(0)))
        #expect(validation.asks(halfOpen: 100, at: time(1)))
        // Above half of the threshold it goes on, below it for the time of calm.
        #expect(validation.asks(halfOpen: 50, at: time(3000)))
        #expect(validation.asks(halfOpen: 49, at: time(5999)))
        #expect(!validation.asks(halfOpen: 49, at: time(6000)))
        #expect(!validation.asks(halfOpen: 99, at: time(6001)))
    }

    @Test func itAsksWhileFirstPacketsAreMany() {
        let validation = self.validation { $0.initialRateThreshold = 1000 }
        func count(_ packets: Int, at milliseconds: UInt64) -> Int {
            (0..<packets).count { _ in validation.asks(halfOpen: 0, at: time(milliseconds)) }
        }
        #expect(count(100, at: 0) == 0)
        #expect(count(100, at: 100) == 0)
        // The 101st in a tenth of a second is asked.
        #expect(count(150, at: 200) == 50)
        // More than half of that, and it goes on.
        #expect(count(60, at: 3100) == 60)
        #expect(count(10, at: 6050) == 10)
        #expect(count(10, at: 6101) == 0)
    }
}
