internal import Control

/// The input is a message as it comes over the worker channel.
func fuzzWorkerMessage(_ bytes: UnsafeRawBufferPointer) {
    let message: WorkerMessage
    do throws(MalformedMessage) {
        message = try WorkerMessage(decoding: Array(bytes))
    } catch {
        return precondition(!error.description.isEmpty)
    }
    precondition(message.encoded().elementsEqual(bytes), "encodes to other octets")
    switch message {
    case .bound(_, let address): check(address)
    case .ready, .drained, .needsNonces, .unused, .reloaded, .connections, .closed: break
    case .failed(let failure):
        precondition(!failure.description.contains(where: \.isNewline), "a failure is one line")
    }
}
