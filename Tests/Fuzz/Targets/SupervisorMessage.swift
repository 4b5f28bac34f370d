internal import Control
internal import QUICLB

/// The input is a message as it comes over the worker channel.
func fuzzSupervisorMessage(_ bytes: UnsafeRawBufferPointer) {
    let message: SupervisorMessage
    do throws(MalformedMessage) {
        message = try SupervisorMessage(decoding: Array(bytes))
    } catch {
        return precondition(!error.description.isEmpty)
    }
    precondition(message.encoded().elementsEqual(bytes), "encodes to other octets")
    guard case .configure(let configuration) = message else { return }
    for address in configuration.addresses { check(address) }
    check(configuration)
}

/// A worker makes a codec of what it is told; lengths that do not fit together are an error, not a trap.
private func check(_ configuration: WorkerConfiguration) {
    let length = 1 + configuration.hostID.octets.count + 1 + Int(configuration.connectionIDs.nonceLength)
    let codec = try? PoolCodec(layout: configuration.connectionIDs, host: configuration.hostID)
    precondition((codec != nil) == (length <= ConnectionID.maximumLength))
    precondition(codec.map { $0.connectionIDLength == length } ?? true)
}
