import Control
import Linux
import QUICLB

/// What the metrics tell of a pool at one time.
struct PoolMetrics {
    /// The program's.
    var version: String
    /// As status tells it.
    var steering: String
    /// How many slots are to be active.
    var workersWanted: Int
    /// The kernel program's counters by name; none where it does not run.
    var steered: [String: UInt64]
    /// Those that have been in use.
    var slots: [Slot]
    /// The supervisor's process.
    var supervisor: ProcessUsage?

    struct Slot {
        var slot: QUICLB.Slot
        var state: SlotStatus.State
        var incarnation: UInt32
        /// By raw value, as the histograms.
        var counters: [UInt64]
        var histograms: [HistogramCounts]
        /// Since the worker's loop last turned; nil where there is no worker, or none yet that serves.
        var heartbeatAge: Duration?
        /// The worker's process.
        var usage: ProcessUsage?
    }
}
