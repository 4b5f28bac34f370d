/// Finds the payload of DATA frames in a request stream that arrives in pieces (RFC 9114 §7.1).
///
///     Type (i), Length (i), Payload (..)
struct FrameReader {
    private enum State {
        /// The octets so far of the type and the length.
        case header([UInt8])
        case payload(isData: Bool, remaining: UInt64)
    }

    private var state = State.header([])

    /// The parts of `chunk` that are payload of DATA frames, in order. Other frames are skipped.
    mutating func dataPayload(in chunk: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = chunk[...]
        while let first = rest.first {
            switch state {
            case .header(let octets):
                rest.removeFirst()
                state = Self.state(afterHeader: octets + [first])
            case .payload(let isData, let remaining):
                let piece = rest.prefix(Int(clamping: remaining))
                rest = rest.dropFirst(piece.count)
                if isData { pieces.append(piece) }
                state = Self.state(isData: isData, remaining: remaining - UInt64(piece.count))
            }
        }
        return pieces
    }

    private static func state(afterHeader octets: [UInt8]) -> State {
        let typeLength = VariableLengthInteger.length(firstOctet: octets[0])
        guard octets.count > typeLength else { return .header(octets) }
        let lengthLength = VariableLengthInteger.length(firstOctet: octets[typeLength])
        guard octets.count == typeLength + lengthLength else { return .header(octets) }
        let type = VariableLengthInteger.decode(octets.prefix(typeLength))
        let length = VariableLengthInteger.decode(octets.dropFirst(typeLength))
        return state(isData: type == HTTP3Frame.dataType, remaining: length)
    }

    private static func state(isData: Bool, remaining: UInt64) -> State {
        remaining == 0 ? .header([]) : .payload(isData: isData, remaining: remaining)
    }
}
