/// When a client has to show that it receives at its address before it costs anything (RFC 9000 §8.1).
public struct AddressValidationOptions: Hashable, Sendable {
    public enum Mode: String, CaseIterable, Sendable {
        /// No Retry, ever.
        case never
        /// A Retry for each connection without a valid token.
        case always
        /// As `always` while handshakes that are not complete, or first packets, are more than the thresholds allow.
        case auto
    }

    /// Default: auto.
    public var mode = Mode.auto
    /// Handshakes of a worker that are not complete, from which on it asks, until they are half as many; 1 to 100,000.
    /// Default: 256.
    public var halfOpenThreshold: UInt64 = 256
    /// First packets a second without a token, from which on a worker asks, until they are half as many; 10 to
    /// 10,000,000. Default: 2,000.
    public var initialRateThreshold: UInt64 = 2_000
    /// How long a token of a Retry is good, 1 s to 60 s. Default: 10 s.
    public var retryTokenLifetime = Duration.seconds(10)
    /// How long a token for a later connection is good (NEW_TOKEN, RFC 9000 §8.1.3), 1 minute to a day; nil: clients get
    /// none. Default: 12 hours.
    public var newTokenLifetime: Duration? = .seconds(12 * 3600)

    public init() {}
}

extension AddressValidationOptions {
    func check() throws(StartupFailure) {
        try OptionRange("--retry-half-open", 1...100_000).check(halfOpenThreshold)
        try OptionRange("--retry-rate", 10...10_000_000).check(initialRateThreshold)
        try OptionRange("--retry-token-lifetime", .seconds(1)...(.seconds(60))).check(retryTokenLifetime)
        if let newTokenLifetime {
            try OptionRange("--new-token-lifetime", .seconds(60)...(.seconds(86_400))).check(newTokenLifetime)
        }
    }
}

extension AddressValidationOptions: MessageFields {
    mutating func visit(_ fields: inout some FieldVisitor) throws(MalformedMessage) {
        try fields.visit(&mode, "address validation")
        try fields.visit(&halfOpenThreshold)
        try fields.visit(&initialRateThreshold)
        try fields.visit(&retryTokenLifetime)
        try fields.visit(&newTokenLifetime)
    }
}
