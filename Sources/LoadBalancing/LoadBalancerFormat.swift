import JSONText

/// The forms in which load balancers take their configuration.
package enum LoadBalancerFormat: String, CaseIterable, Sendable {
    /// The YANG model of draft-ietf-quic-load-balancers-21, as JSON.
    case yangJSON = "yang-json"
    /// The registration of a QUIC target at a Network Load Balancer of AWS.
    case aws
    /// Envoy's generator of QUIC-LB connection IDs.
    case envoy
}

extension LoadBalancerConfiguration {
    /// The configuration in a format, in lines, with the keys of the connection IDs in it.
    package func text(in format: LoadBalancerFormat) throws(LoadBalancerFormatError) -> String {
        switch format {
        case .yangJSON: try yang().indented
        case .aws: try awsTargets().indented
        case .envoy: try envoyStanza()
        }
    }
}

/// Why a format cannot say what a configuration is.
package enum LoadBalancerFormatError: Error, Hashable, Sendable {
    /// The format has room for one address.
    case addressCount(Int)
    /// Nobody can send to 0.0.0.0 or ::.
    case wildcardAddress
    case awsTakesPlaintextOnly
    case awsHostIDLength(Int)
    case envoyBlockLength(Int)
    case envoyNonceLength(Int)
}

extension LoadBalancerFormatError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addressCount(let count):
            "it has room for one address of the host, and there are \(count)"
        case .wildcardAddress:
            "the host's address is the wildcard, to which nobody can send"
        case .awsTakesPlaintextOnly:
            "a Network Load Balancer reads plaintext connection IDs only, and these are encrypted"
        case .awsHostIDLength(let length):
            "a Network Load Balancer reads a host ID of 8 octets, and this has \(length)"
        case .envoyBlockLength(let length):
            "Envoy takes 18 octets of host ID, slot and nonce at most, and these are \(length)"
        case .envoyNonceLength(let length):
            "Envoy takes a nonce of 16 octets at most, and slot and nonce are \(length)"
        }
    }
}
