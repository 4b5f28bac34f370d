/// What a key does to server ID and nonce, 5 to 19 octets: they become as many others.
///
/// The text is left-aligned in `Words`: its first octet is the highest, and zeros follow its end. Nothing here
/// depends on where the server ID ends, so a load balancer that knows only a part of it decrypts the same IDs.
package struct Cipher: Sendable {
    private let key: Configuration.Key
    /// The text's length in octets.
    private let count: Int
    package let aes: AES128
    /// nil where a single pass does it.
    package let fourPass: FourPass?

    init(key: Configuration.Key, count: Int) {
        self.key = key
        self.count = count
        aes = AES128(key: key.octets)
        fourPass = count == Self.singlePassCount ? nil : FourPass(count: count)
    }

    /// Where server ID and nonce are one block of AES, it alone does it (draft-ietf-quic-load-balancers-21 §5.4.1).
    static let singlePassCount = 16

    func encrypt(_ text: Words) -> Words {
        guard let fourPass else { return Words(aes.encrypt(text.firstBlock)) }
        return fourPass.encrypt(text, with: aes)
    }

    /// - Parameter prefix: how many octets of the text are asked for; those after them may be left out.
    func decrypt(_ text: Words, prefix: Int) -> Words {
        guard let fourPass else { return Words(aes.decrypt(text.firstBlock)) }
        return fourPass.decrypt(text, prefix: prefix, with: aes)
    }
}

extension Cipher: Hashable {
    package static func == (left: Cipher, right: Cipher) -> Bool {
        left.key == right.key && left.count == right.count
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(key)
        hasher.combine(count)
    }
}

/// The four-pass algorithm: a Feistel network of two halves (draft-ietf-quic-load-balancers-21 §5.4.2).
///
/// A half is left-aligned in 16 octets. Where the text has an odd number of octets the halves share the middle one:
/// the left half ends with its high nibble, and the right begins with a zero nibble and its low one.
///
/// The draft's pseudocode of the decoder clears bits of `left_1` where it means `right_1`.
package struct FourPass: Sendable {
    private let count: Int
    /// The bits of each half.
    package let leftMask: UInt128
    package let rightMask: UInt128

    init(count: Int) {
        self.count = count
        let halfBits = 4 * count
        let halfOctets = (count + 1) / 2
        leftMask = ~(.max >> halfBits)
        rightMask = ~(.max >> (8 * halfOctets)) & .max >> (8 * halfOctets - halfBits)
    }

    /// Whether the first `prefix` octets are all in the left half, which takes one pass less to decrypt.
    package func leftHalfHolds(prefix: Int) -> Bool { 2 * prefix <= count }

    func encrypt(_ text: Words, with aes: AES128) -> Words {
        var (left, right) = split(text)
        right ^= passed(left, 1, aes) & rightMask
        left ^= passed(right, 2, aes) & leftMask
        right ^= passed(left, 3, aes) & rightMask
        left ^= passed(right, 4, aes) & leftMask
        return join(left, right)
    }

    func decrypt(_ text: Words, prefix: Int, with aes: AES128) -> Words {
        var (left, right) = split(text)
        left ^= passed(right, 4, aes) & leftMask
        right ^= passed(left, 3, aes) & rightMask
        left ^= passed(right, 2, aes) & leftMask
        if leftHalfHolds(prefix: prefix) { return Words(left) }
        right ^= passed(left, 1, aes) & rightMask
        return join(left, right)
    }

    /// AES of a half, expanded to a block by the text's length and the number of the pass (§5.4.2.1).
    private func passed(_ half: UInt128, _ pass: UInt128, _ aes: AES128) -> UInt128 {
        aes.encrypt(half | UInt128(count) << 8 | pass)
    }

    private func split(_ text: Words) -> (left: UInt128, right: UInt128) {
        (text.firstBlock & leftMask, text.shiftedLeft(octets: count / 2).firstBlock & rightMask)
    }

    private func join(_ left: UInt128, _ right: UInt128) -> Words {
        var words = Words(right).shiftedRight(octets: count / 2)
        words |= Words(left)
        return words
    }
}
