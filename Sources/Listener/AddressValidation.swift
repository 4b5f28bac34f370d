package import Control
package import EventLoop

/// Decides when clients without a token are asked for one (RFC 9000 §8.1.2). No I/O and no clock.
package struct AddressValidation {
    /// First packets are counted in windows of this length.
    private static let window = Duration.milliseconds(100)
    private static let windowsPerSecond: UInt64 = 10
    /// How long it has to be calm before asking ends.
    static let calm = Duration.seconds(3)

    private let options: AddressValidationOptions
    private let packetsInWindow: UInt64
    private var windowEnd = Instant(nanoseconds: 0)
    private var packets: UInt64 = 0
    /// Until when clients are asked; the past where they are not.
    private var asksUntil = Instant(nanoseconds: 0)

    package init(_ options: AddressValidationOptions) {
        self.options = options
        packetsInWindow = options.initialRateThreshold / Self.windowsPerSecond
    }

    /// Whether the client of a first packet without a valid token is asked for one; the packet counts.
    ///
    /// - Parameter halfOpen: handshakes that are not complete.
    package mutating func asks(halfOpen: Int, at now: Instant) -> Bool {
        switch options.mode {
        case .never: return false
        case .always: return true
        case .auto: break
        }
        if now >= windowEnd {
            windowEnd = now + Self.window
            packets = 0
        }
        packets += 1
        // It begins at the threshold, and goes on above half of it.
        let divisor: UInt64 = now < asksUntil ? 2 : 1
        let halfOpen = UInt64(halfOpen)
        if halfOpen >= max(1, options.halfOpenThreshold / divisor) || packets > packetsInWindow / divisor {
            asksUntil = now + Self.calm
        }
        return now < asksUntil
    }
}
