/// Octets as text, two digits each.
public enum Hexadecimal {
    /// The octets in lowercase hexadecimal.
    public static func encode(_ octets: some Sequence<UInt8>) -> String {
        var text = ""
        for octet in octets {
            text.append(digits[Int(octet >> 4)])
            text.append(digits[Int(octet & 0xf)])
        }
        return text
    }

    /// The octets that `text` spells, or nil where it has an odd length or a character that is no digit.
    public static func decode(_ text: some StringProtocol) -> [UInt8]? {
        // A full-width digit has a value too.
        let nibbles = text.map { $0.isASCII ? $0.hexDigitValue : nil }
        guard nibbles.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        for index in stride(from: 0, to: nibbles.count, by: 2) {
            guard let high = nibbles[index], let low = nibbles[index + 1] else { return nil }
            octets.append(UInt8(high << 4 | low))
        }
        return octets
    }

    private static let digits = Array("0123456789abcdef")
}
