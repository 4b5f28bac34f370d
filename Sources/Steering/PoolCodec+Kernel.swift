internal import QUICLB
internal import SteerABI

extension steer_config {
    /// The codec's own masks and shifts.
    init(_ codec: PoolCodec) {
        self.init()
        mask = codec.mask
        match = codec.match
        length = UInt8(codec.connectionIDLength)
        slot_word = codec.slotIsInSecondWord ? 1 : 0
        slot_shift = UInt8(codec.slotShift)
    }
}
