package import QUICLB

/// What operators call a connection: `slot.number`, such as `3.1042`. A slot's worker numbers its connections from 1, so
/// one of a later incarnation may have the number of one that is gone.
package struct ConnectionNumber: Hashable, Sendable {
    package var slot: Slot
    package var number: UInt64

    package init(slot: Slot, number: UInt64) {
        self.slot = slot
        self.number = number
    }
}

extension ConnectionNumber: LosslessStringConvertible {
    /// Parses `3.1042`; nil where the text is no such name.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.allSatisfy(Self.digits.contains) }),
            let slot = UInt8(parts[0]), let number = UInt64(parts[1])
        else { return nil }
        self.init(slot: Slot(rawValue: slot), number: number)
    }

    // An integer's text may have a sign.
    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    package var description: String { "\(slot).\(number)" }
}
