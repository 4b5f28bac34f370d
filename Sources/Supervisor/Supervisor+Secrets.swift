import Control
import EventLoop
import Linux
import Logging

// The keys of session tickets and tokens.
extension Supervisor {
    /// How long after a rotation that failed the next one is tried.
    private static let secondAttempt = Duration.seconds(60)

    func scheduleSecretRotation() {
        loop.set(secretsTimer, to: .now + keys.timeLeft(at: .now))
    }

    func secretsAreDue() {
        do {
            try rotateSecrets()
        } catch {
            log.error("keys of tickets and tokens not rotated", error: error)
            loop.set(secretsTimer, to: .now + Self.secondAttempt)
        }
    }

    /// Has new keys of tickets and tokens in use; what was made under those before them is good until the next time.
    func rotateSecrets() throws(StartupFailure) {
        try keys.rotate(at: .now)
        for slot in slots { slot.send(.secrets(keys.secrets)) }
        scheduleSecretRotation()
    }
}
