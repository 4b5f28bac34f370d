extension Configuration {
    /// What a configuration encrypts connection IDs with: 16 octets. It is never printed.
    public struct Key: Hashable, Sendable {
        /// The length in octets.
        public static let length = 16

        package let octets: [UInt8]

        /// The key of these octets, or nil where there are not 16 of them.
        public init?(_ octets: some Collection<UInt8>) {
            guard octets.count == Self.length else { return nil }
            self.octets = Array(octets)
        }
    }
}

extension Configuration.Key: CustomStringConvertible, CustomReflectable {
    public var description: String { "(secret)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
