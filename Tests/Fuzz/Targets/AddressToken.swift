internal import Control
internal import Linux
internal import Listener
internal import QUICLB

/// The input is the kind of a token, an octet and where it is changed, two addresses, two connection IDs and a token of
/// others.
func fuzzAddressToken(_ bytes: UnsafeRawBufferPointer) {
    var reader = InputReader(bytes)
    let isRetry = reader.octet() & 1 == 0
    let (mask, place) = (reader.octet(), Int(reader.octet()))
    let (address, other) = (reader.address(), reader.address())
    let (original, source) = (reader.connectionID(), reader.connectionID())
    let foreign = reader.available(.max)

    let sealer = TokenSealer(keys: [key(1), key(2)], random: 3)
    let opener = TokenSealer(keys: [key(3), key(1)], random: 4)
    let now = WallTime(milliseconds: UInt64(mask) << 40)
    var token = [UInt8](repeating: 0, count: AddressToken.maximumLength)
    let count = token.withUnsafeMutableBytes { buffer in
        isRetry
            ? sealer.writeRetryToken(
                for: address.storage, originalDestination: original, source: source, at: now, to: buffer)
            : sealer.writeNewToken(for: address.storage, at: now, to: buffer)
    }
    token = Array(token[..<count])

    func open(_ token: [UInt8], from address: SocketAddress) -> AddressToken.Contents? {
        token.withUnsafeBytes { opener.open($0, from: address.storage, destination: source) }
    }
    let contents = open(token, from: address)
    precondition(contents?.kind == (isRetry ? .retry : .newToken), "a token of the pool's is refused")
    precondition(contents?.issued == now.milliseconds)
    precondition(contents?.originalDestination == (isRetry ? original : ConnectionID()))
    if address.family != other.family || !address.hasAddress(of: other) {
        precondition(open(token, from: other) == nil, "it is good for another address")
    }
    token[place % count] ^= mask
    precondition(mask == 0 || open(token, from: address) == nil, "a damaged token is good")
    // Nobody but the pool has its keys.
    precondition(open(foreign, from: address) == nil, "a forged token is good")
}

private func key(_ id: UInt8) -> TokenKey {
    TokenKey(id: id, octets: [UInt8](repeating: id, count: TokenKey.length))
}

extension SocketAddress {
    fileprivate func hasAddress(of other: SocketAddress) -> Bool {
        withAddressBytes { octets in other.withAddressBytes { $0.elementsEqual(octets) } }
    }
}

extension InputReader {
    fileprivate mutating func connectionID() -> ConnectionID {
        ConnectionID(available(Int(octet()) % (ConnectionID.maximumLength + 1)))!
    }

    fileprivate mutating func address() -> SocketAddress {
        let isIPv6 = octet() & 1 == 1
        let port = UInt16(octet()) << 8 | UInt16(octet())
        let groups = (0..<4).map { _ in octet() }
        let text =
            isIPv6
            ? "[2001:db8::\(groups.map { String($0, radix: 16) }.joined(separator: ":"))]:\(port)"
            : "\(groups.map(String.init).joined(separator: ".")):\(port)"
        return SocketAddress(text)!
    }
}
