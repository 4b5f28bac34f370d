package import QUICLB

/// What the first Initial packet of a connection says, as far as a listener has read it.
package struct FirstPacket {
    /// Its QUIC version.
    package let version: UInt32
    /// Its Destination Connection ID: made up by the client, or the source ID of a Retry.
    package let destination: ConnectionID
    /// Its Source Connection ID, the client's own.
    package let source: ConnectionID
    /// The token that proves its sender's address; nil where there is none, or none that is valid.
    package let token: Token?

    /// A token that the listener found valid. It points into the packet.
    package struct Token {
        package let octets: UnsafeRawBufferPointer
        /// Where the client's first Initial was sent, which a Retry answered; nil where the token is of an earlier
        /// connection.
        package let originalDestination: ConnectionID?

        package init(octets: UnsafeRawBufferPointer, originalDestination: ConnectionID?) {
            self.octets = octets
            self.originalDestination = originalDestination
        }

        package var isOfRetry: Bool { originalDestination != nil }
    }

    package init(version: UInt32, destination: ConnectionID, source: ConnectionID, token: Token?) {
        self.version = version
        self.destination = destination
        self.source = source
        self.token = token
    }
}
