internal import Control
internal import Supervisor

/// The input is a line as it comes over the control socket.
func fuzzControlRequest(_ bytes: UnsafeRawBufferPointer) {
    do throws(StartupFailure) {
        switch try ControlRequest(decoding: Array(bytes)) {
        case .resize(_, let time, _), .drain(_, let time, _), .restart(_, let time), .upgrade(_, let time),
            .rotateKey(_, let time):
            precondition(time >= .zero && time <= .seconds(10 * 366 * 86_400), "a time out of range")
        case .close(_, let code, _): precondition(code < 1 << 62, "a code out of range")
        case .status, .undrain, .reload, .rotateSecrets, .loadBalancerConfiguration, .connections, .stop:
            break
        }
    } catch {
        precondition(error.category == .usage, "a request is at fault, and nothing else")
        precondition(!error.description.contains(where: \.isNewline), "a failure is one line")
    }
}
