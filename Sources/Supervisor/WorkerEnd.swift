import Logging
import Logs

/// What became of a worker.
struct WorkerEnd: CustomStringConvertible {
    /// Its process ID; nil where there was no process.
    let worker: Int32?
    let how: String

    var description: String { "\(worker.map { "worker \($0)" } ?? "its worker") \(how)" }

    /// For a line of the log, with what else it tells.
    func metadata(_ more: Logger.Metadata = [:]) -> Logger.Metadata {
        var metadata = more
        if let worker { metadata["worker"] = .number(worker) }
        metadata["reason"] = "\(how)"
        return metadata
    }
}
