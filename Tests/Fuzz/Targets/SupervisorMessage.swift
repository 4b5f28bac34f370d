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
    for ids in configuration.configurations {
        let codec = try? PoolCodec(configuration: ids, host: configuration.hostID)
        precondition((codec != nil) == (ids.serverIDLength == configuration.hostID.octets.count + 1))
        precondition(codec.map { $0.connectionIDLength == ids.connectionIDLength } ?? true)
    }
}
