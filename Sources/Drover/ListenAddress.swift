package import Linux

/// An address to listen on: `127.0.0.1:4433` or `[::1]:4433`.
public struct ListenAddress: Hashable, Sendable, LosslessStringConvertible {
    package let address: SocketAddress

    /// Parses an IPv4 address or an IPv6 address in brackets, a colon and a port; nil where the text is
    /// neither. Names are not looked up.
    public init?(_ description: String) {
        guard let address = SocketAddress(description) else { return nil }
        self.address = address
    }

    public var description: String { address.description }
}

extension ListenAddress: ExpressibleByStringLiteral {
    /// - Precondition: the literal is an address.
    public init(stringLiteral literal: String) {
        guard let address = ListenAddress(literal) else {
            preconditionFailure("\(literal) is not of the form 127.0.0.1:4433 or [::1]:4433")
        }
        self = address
    }
}
