internal import CLibBPF
internal import Linux

/// A map of the loaded program, whose owner keeps the descriptor open.
struct BPFMap {
    let name: String
    let descriptor: Int32

    /// Writes an element.
    func update<Value: BitwiseCopyable>(_ key: UInt32, to value: Value) throws(SteeringError) {
        var key = key
        var value = value
        guard bpf_map_update_elem(descriptor, &key, &value, UInt64(BPF_ANY)) == 0 else {
            throw failure("write", key, .current)
        }
    }

    /// Removes an element; it is no error where there is none.
    func remove(_ key: UInt32) throws(SteeringError) {
        var key = key
        guard bpf_map_delete_elem(descriptor, &key) == 0 || Errno.current == .noEntry else {
            throw failure("delete", key, .current)
        }
    }

    /// Reads an element of a per-CPU map: one value for each possible CPU.
    func read(_ key: UInt32, into values: UnsafeMutableBufferPointer<UInt64>) throws(SteeringError) {
        var key = key
        guard bpf_map_lookup_elem(descriptor, &key, values.baseAddress) == 0 else {
            throw failure("read", key, .current)
        }
    }

    private func failure(_ verb: String, _ key: UInt32, _ error: Errno) -> SteeringError {
        SteeringError(.map, "\(verb) \(name)[\(key)]", error)
    }
}
