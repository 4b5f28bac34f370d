/// Octets as text, as protobuf's JSON has them (RFC 4648 §4).
enum Base64 {
    static func encode(_ octets: [UInt8]) -> String {
        stride(from: 0, to: octets.count, by: 3).map { start in
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            let digits = [18, 12, 6, 0].map { Self.digits[Int(bits >> $0 & 0x3f)] }
            return String(digits.prefix(group.count + 1)) + String(repeating: "=", count: 3 - group.count)
        }.joined()
    }

    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
}
