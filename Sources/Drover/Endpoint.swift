package import Linux

/// An IPv4 or IPv6 address and a UDP port: `127.0.0.1:4433` or `[::1]:4433`.
public struct Endpoint: Hashable, Sendable, LosslessStringConvertible {
    package let address: SocketAddress

    package init(_ address: SocketAddress) {
        self.address = address
    }

    /// Parses an IPv4 address or an IPv6 address in brackets, a colon and a port; nil where the text is
    /// neither. Names are not looked up.
    public init?(_ description: String) {
        guard let address = SocketAddress(description) else { return nil }
        self.address = address
    }

    public var description: String { address.description }
}

extension Endpoint: ExpressibleByStringLiteral {
    /// - Precondition: the literal is an address.
    public init(stringLiteral literal: String) {
        guard let address = Endpoint(literal) else {
            preconditionFailure("\(literal) is not of the form 127.0.0.1:4433 or [::1]:4433")
        }
        self = address
    }
}
