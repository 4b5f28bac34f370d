internal import Linux
package import QUICLB
internal import SteerABI

extension KernelSteering {
    /// Decodes connection IDs of the codec from now on. The form of the program may not be able to: see `decodes`.
    ///
    /// - Precondition: no configuration has its codepoint.
    package func setConfiguration(_ codec: PoolCodec) throws(SteeringError) {
        precondition(configurations[codec.codepoint] == nil, "codepoint \(codec.codepoint) is in use")
        guard first.form.decodes(codec) else { return }
        // An element is not written in one step. The program reads nothing of it while its length is 0, which is set
        // when everything else can be seen by any program that begins.
        try first.configs.update(UInt32(codec.codepoint), to: steer_config(codec).withdrawn)
        try settle()
        try write(codec)
    }

    func write(_ codec: PoolCodec) throws(SteeringError) {
        try first.configs.update(UInt32(codec.codepoint), to: steer_config(codec))
        configurations[codec.codepoint] = codec
    }

    /// Decodes connection IDs with this codepoint no more; it is no error where there were none.
    package func removeConfiguration(codepoint: UInt8) throws(SteeringError) {
        guard let codec = configurations.removeValue(forKey: codepoint) else { return }
        // The rest stays as it is, for programs that have read the length.
        try first.configs.update(UInt32(codepoint), to: steer_config(codec).withdrawn)
        try settle()
    }

    /// Whether the program decodes connection IDs of the codec: its form may have no AES.
    package func decodes(_ codec: PoolCodec) -> Bool { first.form.decodes(codec) }

    /// Waits until every run of the program that began before has ended, and its packet is in a socket's queue.
    ///
    /// The kernel steers under rcu_read_lock, and this membarrier is synchronize_rcu: some milliseconds.
    package func settle() throws(SteeringError) {
        do {
            try MemoryBarrier.awaitGracePeriod()
        } catch {
            throw SteeringError(
                .settle, "wait for packets on their way", error,
                detail: error == .invalidArgument ? "the kernel runs with nohz_full" : nil)
        }
    }
}
