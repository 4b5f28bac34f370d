package import CLinux
package import Control
package import EventLoop
package import Linux
package import QUICLB
package import Transport

/// Tells which clients have shown that they receive at their address, by the tokens in their Initials (RFC 9000 §8.1).
package struct AddressProof {
    package enum Verdict {
        case valid(FirstPacket.Token, TokenNonce)
        /// There is none, or none that says anything: the client's address is not known to be its own.
        case none
        /// It comes from a Retry of ours, and is not good (RFC 9000 §8.1.2).
        case invalid
        /// It was used before (RFC 9000 §8.1.4).
        case used
    }

    package let sealer: TokenSealer
    private var retryLifetime: UInt64 = 0
    private var newTokenLifetime: UInt64 = 0
    private var usedRetryTokens = UsedRetryTokens()
    private var usedNewTokens = ReplayFilter()

    package init(_ options: AddressValidationOptions, sealer: TokenSealer) {
        self.sealer = sealer
        use(options)
    }

    /// Takes tokens for good as long as these options say.
    package mutating func use(_ options: AddressValidationOptions) {
        retryLifetime = options.retryTokenLifetime.milliseconds
        newTokenLifetime = options.newTokenLifetime?.milliseconds ?? 0
    }

    /// - Parameters:
    ///   - octets: the token; empty where the Initial has none.
    ///   - address: where it came from.
    ///   - destination: the Initial's Destination Connection ID.
    ///   - isOurs: whether that ID is one that the pool could have issued.
    package func verdict(
        on octets: UnsafeRawBufferPointer, from address: clinux_address, destination: ConnectionID,
        isOurs: Bool, at now: WallTime
    ) -> Verdict {
        guard let first = octets.first else { return .none }
        guard let contents = sealer.open(octets, from: address, destination: destination) else {
            // Another server's, or one that came with a Retry and is damaged or from elsewhere: a client has an ID
            // of ours in its first packet only after a Retry.
            return isOurs && first == AddressToken.Kind.retry.rawValue ? .invalid : .none
        }
        let isRetry = contents.kind == .retry
        // The clock may have been set back since.
        let age = max(now.milliseconds, contents.issued) - min(now.milliseconds, contents.issued)
        guard age <= (isRetry ? retryLifetime : newTokenLifetime) else { return isRetry ? .invalid : .none }
        if isRetry {
            guard !usedRetryTokens.contains(contents.nonce) else { return .used }
        } else {
            guard !usedNewTokens.contains(contents.nonce) else { return .none }
        }
        let token = FirstPacket.Token(
            octets: octets, originalDestination: isRetry ? contents.originalDestination : nil)
        return .valid(token, contents.nonce)
    }

    /// A connection was made of an Initial with this token.
    package mutating func use(_ token: FirstPacket.Token, _ nonce: TokenNonce, at now: Instant) {
        if token.isOfRetry {
            usedRetryTokens.insert(nonce, at: now, lifetime: .milliseconds(retryLifetime))
        } else {
            usedNewTokens.insert(nonce)
        }
    }
}
