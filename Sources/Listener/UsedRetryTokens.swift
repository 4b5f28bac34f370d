package import EventLoop

/// Remembers which tokens of Retries were used, for as long as one is good, so that each makes one connection in a
/// worker (RFC 9000 §8.1.4).
///
/// It is exact, as what it takes for used is dropped in silence: a client that was mistaken for one would send the same
/// token until it gives up. It holds what two lifetimes bring, about 32 octets a token: less than 1 MiB for 1,400
/// handshakes a second, all after a Retry, and tokens that are good for 10 s; 8 MiB at most, whatever comes.
package struct UsedRetryTokens {
    /// Tokens of a generation: more than a worker makes connections of in the longest lifetime, a minute. Where there are
    /// more all the same, the oldest are forgotten before their time.
    static let capacity = 1 << 17

    private var current: Set<TokenNonce> = []
    private var former: Set<TokenNonce> = []
    private var currentEnd = Instant(nanoseconds: 0)

    package init() {}

    package var count: Int { current.count + former.count }

    /// Whether the token was used.
    package func contains(_ nonce: TokenNonce) -> Bool {
        current.contains(nonce) || former.contains(nonce)
    }

    /// Notes that the token is used.
    ///
    /// - Parameter lifetime: how long tokens are good: until it is over this one is remembered.
    package mutating func insert(_ nonce: TokenNonce, at now: Instant, lifetime: Duration) {
        if now >= currentEnd || current.count == Self.capacity {
            former = current
            current = []
            currentEnd = now + lifetime
        }
        current.insert(nonce)
    }
}
