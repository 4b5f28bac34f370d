/// What an operator can set of a listener, the same in all workers.
package struct ListenerOptions: Hashable, Sendable {
    package var transport = TransportOptions()
    package var limits = AdmissionLimits()
    package var validation = AddressValidationOptions()
    package var sockets = SocketOptions()

    package init() {}

    /// Throws where an option is out of its range, with its name and the range.
    package func check() throws(StartupFailure) {
        try transport.check()
        try limits.check()
        try validation.check()
        try sockets.check()
    }
}

extension ListenerOptions: MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage) {
        try transport.visit(&fields)
        try limits.visit(&fields)
        try validation.visit(&fields)
        try sockets.visit(&fields)
    }
}
