import Linux
import QUICLB

extension PoolConfiguration {
    /// The processors that a slot's worker runs on: where workers are pinned, one of those that this process may run on,
    /// which the slots take in turn; else none in particular.
    func processors(forWorkerIn slot: Slot) -> [UInt16] {
        guard pinsWorkers, let usable = try? ProcessorAffinity.processors() else { return [] }
        return [usable[Int(slot.rawValue) % usable.count]]
    }
}
