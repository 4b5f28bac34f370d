import ArgumentParser
import Control
import Drover

/// How many connections there may be, and when clients have to prove their address.
struct AdmissionArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("Connections of the pool at most. (default: no limit)", valueName: "n"))
    var connections: UInt64?

    @Option(help: ArgumentHelp("Connections of a worker at most. (default: 100000)", valueName: "n"))
    var workerConnections: UInt64?

    @Option(
        help: ArgumentHelp(
            "Connections from one IPv4 address, or one IPv6 network of 64 bits, in each worker. (default: no limit)",
            valueName: "n"))
    var addressConnections: UInt64?

    @Option(
        help: ArgumentHelp("Handshakes of a worker that are not complete. (default: 2000)", valueName: "n"))
    var halfOpen: UInt64?

    @Option(
        help: ArgumentHelp(
            """
            Have clients prove their address with a Retry: never, always, or auto, under load. (default: auto)
            """,
            valueName: "mode"),
        completion: .choices(of: AddressValidationOptions.Mode.self),
        transform: Parsing.choice)
    var addressValidation: AddressValidationOptions.Mode?

    @Option(
        help: ArgumentHelp(
            "With auto, from so many handshakes on that are not complete. (default: 256)", valueName: "n"))
    var retryHalfOpen: UInt64?

    @Option(
        help: ArgumentHelp(
            "With auto, from so many first packets a second on. (default: 2000)", valueName: "n"))
    var retryRate: UInt64?

    @Option(
        help: ArgumentHelp("How long a Retry may be answered. (default: 10s)", valueName: "time"),
        transform: Parsing.duration)
    var retryTokenLifetime: Duration?

    @Option(
        help: ArgumentHelp(
            "How long clients may use the token for a later connection; 0: they get none. (default: 12h)",
            valueName: "time"),
        transform: Parsing.duration)
    var newTokenLifetime: Duration?

    func apply(to limits: inout AdmissionLimits, _ validation: inout AddressValidationOptions) {
        limits.connections = connections ?? limits.connections
        limits.connectionsPerWorker = workerConnections ?? limits.connectionsPerWorker
        limits.connectionsPerAddress = addressConnections ?? limits.connectionsPerAddress
        limits.halfOpen = halfOpen ?? limits.halfOpen
        validation.mode = addressValidation ?? validation.mode
        validation.halfOpenThreshold = retryHalfOpen ?? validation.halfOpenThreshold
        validation.initialRateThreshold = retryRate ?? validation.initialRateThreshold
        validation.retryTokenLifetime = retryTokenLifetime ?? validation.retryTokenLifetime
        if let newTokenLifetime {
            validation.newTokenLifetime = newTokenLifetime == .zero ? nil : newTokenLifetime
        }
    }
}
