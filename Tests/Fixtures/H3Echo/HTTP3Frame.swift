/// The few HTTP/3 octets that the server sends.
enum HTTP3Frame {
    static let dataType: UInt64 = 0x00

    /// Stream type 0x00 (control), then an empty SETTINGS frame (RFC 9114 §6.2.1, §7.2.4).
    static let controlStreamOpening: [UInt8] = [0x00, 0x04, 0x00]

    /// GOAWAY with the greatest ID of a request: those that are on their way are served (RFC 9114 §5.2, §7.2.6).
    static let goAway: [UInt8] = [0x07, 0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFC]

    /// HEADERS with `:status: 200`: no dynamic table, static index 25 (RFC 9204 §4.5, appendix A).
    static let okHeaders: [UInt8] = [0x01, 0x03, 0x00, 0x00, 0xC0 | 25]

    /// A DATA frame (RFC 9114 §7.2.1).
    static func data(_ payload: ArraySlice<UInt8>) -> [UInt8] {
        [0x00] + VariableLengthInteger.encode(UInt64(payload.count)) + payload
    }
}
