internal import QUICLB
internal import SteerABI

extension steer_config {
    /// The codec's own masks, shifts and keys.
    init(_ codec: PoolCodec) {
        self.init()
        mask = codec.maskWords
        match = codec.matchWords
        length = UInt8(codec.connectionIDLength)
        slot_word = codec.slotOffset >= 8 ? 1 : 0
        slot_shift = UInt8(56 - 8 * (codec.slotOffset % 8))
        guard let cipher = codec.cipher else {
            algorithm = UInt8(STEER_PLAINTEXT.rawValue)
            return
        }
        guard let fourPass = cipher.fourPass else {
            algorithm = UInt8(STEER_SINGLE_PASS.rawValue)
            setRoundKeys(cipher.aes.decryptionKeys)
            return
        }
        algorithm = UInt8(STEER_FOUR_PASS.rawValue)
        setRoundKeys(cipher.aes.encryptionKeys)
        left_mask = fourPass.leftMask.words
        right_mask = fourPass.rightMask.words
        text_length = UInt8(codec.connectionIDLength - 1)
        right_offset = UInt8((codec.connectionIDLength - 1) / 2)
        last_pass = fourPass.leftHalfHolds(prefix: codec.slotOffset) ? 2 : 1
    }

    private mutating func setRoundKeys(_ keys: [UInt32]) {
        precondition(keys.count == Int(STEER_ROUND_KEYS), "not the round keys of AES-128")
        withUnsafeMutableBytes(of: &round_keys) { octets in
            keys.withUnsafeBytes { octets.copyMemory(from: $0) }
        }
    }

    /// The same, as a configuration that is not there: nothing reads the rest while the length is 0.
    var withdrawn: steer_config {
        var config = self
        config.length = 0
        return config
    }
}

extension UInt128 {
    fileprivate var words: (UInt64, UInt64) {
        (UInt64(truncatingIfNeeded: self >> 64), UInt64(truncatingIfNeeded: self))
    }
}

extension steer_tables {
    /// Fills memory of this shape with the codec's own tables.
    static func write(to memory: UnsafeMutablePointer<steer_tables>) {
        write(AESTables.encryption, rotatedInto: &memory.pointee.encryption)
        write(AESTables.decryption, rotatedInto: &memory.pointee.decryption)
        withUnsafeMutableBytes(of: &memory.pointee.inverse_sbox) {
            $0.copyBytes(from: AESTables.inverseSBox)
        }
    }

    /// Row by row of the state, each an octet further right in the column.
    private static func write<Rows>(_ table: [UInt32], rotatedInto rows: inout Rows) {
        withUnsafeMutableBytes(of: &rows) { octets in
            let columns = octets.bindMemory(to: UInt32.self)
            for row in 0..<4 {
                for (index, column) in table.enumerated() {
                    let bits = UInt32(8 * row)
                    columns[256 * row + index] = column >> bits | column << (32 &- bits)
                }
            }
        }
    }
}
