import Control

/// What becomes of a wish for more workers, fewer or others, for people to read.
enum ChangeText {
    /// Nil where the answer is of something else.
    static func line(_ answer: ControlAnswer) -> String? {
        switch answer {
        case .change(_, let change):
            "workers \(change.workers); slots that start: \(list(change.starting)); slots that drain: "
                + list(change.draining)
        case .progress(let progress): line(progress)
        default: nil
        }
    }

    static func line(_ progress: PoolProgress) -> String {
        let draining = progress.draining.map {
            "slot \($0.slot) drains: \($0.connections) connections left, \($0.secondsLeft) s at most"
        }
        let starting = progress.starting.isEmpty ? [] : ["slots that start: \(list(progress.starting))"]
        return (starting + draining).joined(separator: "; ")
    }

    static func list(_ slots: [UInt8]) -> String {
        slots.isEmpty ? "none" : slots.map(String.init).joined(separator: ", ")
    }
}
