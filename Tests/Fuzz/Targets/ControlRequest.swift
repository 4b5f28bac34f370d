internal import Control
internal import Supervisor

/// The input is a line as it comes over the control socket.
func fuzzControlRequest(_ bytes: UnsafeRawBufferPointer) {
    do throws(StartupFailure) {
        switch try ControlRequest(decoding: Array(bytes)) {
        case .status, .loadBalancerConfiguration: break
        case .resize(_, let time), .rotateKey(_, let time):
            precondition(time >= .zero && time <= .seconds(10 * 366 * 86_400), "a time out of range")
        }
    } catch {
        precondition(error.category == .usage, "a request is at fault, and nothing else")
        precondition(!error.description.contains(where: \.isNewline), "a failure is one line")
    }
}
