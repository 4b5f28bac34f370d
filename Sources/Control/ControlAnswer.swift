/// What the pool answers: one JSON object a line, with `version` 1 and one more member, named as the command, or
/// `error`. Before it may come lines with the member `progress`.
///
/// ```
/// {"version":1,"resize":{"workers":6,"starting":[4,5],"draining":[]}}
/// {"version":1,"error":{"exitStatus":64,"what":"resize 0","why":"…","remedy":"…"}}
/// ```
package enum ControlAnswer: Hashable, Sendable {
    case status(PoolStatus)
    /// Of resize, drain, undrain and restart.
    case change(ControlCommand, PoolChange)
    /// It is done, and there is no more to say: of reload, rotate-secrets, close and stop.
    case done(ControlCommand)
    case upgrade(Upgrade)
    case rotateKey(RotateKey)
    case loadBalancerConfiguration(PoolContract)
    /// A part of the list: more lines follow but after the last.
    case connections(ConnectionList)
    /// The answer is still to come.
    case progress(PoolProgress)
    case error(StartupFailure)

    package static let version = 1

    package struct RotateKey: Codable, Hashable, Sendable {
        /// The codepoint of the former configuration and of the new one.
        package var from: UInt8
        package var to: UInt8

        package init(from: UInt8, to: UInt8) {
            self.from = from
            self.to = to
        }
    }

    package struct Upgrade: Codable, Hashable, Sendable {
        /// The release that serves now.
        package var release: String
        /// The slots with its workers, and those that serve what they have and then go.
        package var started: [UInt8]
        package var draining: [UInt8]

        package init(release: String, started: [UInt8], draining: [UInt8]) {
            self.release = release
            self.started = started
            self.draining = draining
        }
    }

    /// Whether no further line belongs to the same answer.
    package var isLast: Bool {
        switch self {
        case .progress: false
        case .connections(let list): !list.isContinued
        case .status, .change, .done, .upgrade, .rotateKey, .loadBalancerConfiguration, .error: true
        }
    }
}
