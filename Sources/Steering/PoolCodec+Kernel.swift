internal import QUICLB
internal import SteerABI

extension steer_config {
    /// The codec's own masks and shifts.
    init(_ codec: PoolCodec) {
        self.init()
        mask = codec.maskWords
        match = codec.matchWords
        length = UInt8(codec.connectionIDLength)
        slot_word = codec.slotOffset >= 8 ? 1 : 0
        slot_shift = UInt8(56 - 8 * (codec.slotOffset % 8))
    }
}
