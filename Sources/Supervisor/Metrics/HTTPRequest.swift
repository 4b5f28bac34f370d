/// The head of an HTTP/1 request (RFC 9112), as far as it matters to who reads no content.
package struct HTTPRequest: Hashable, Sendable {
    package let method: String
    /// Of the target, without a query.
    package let path: String

    package enum Parsed: Hashable, Sendable {
        /// More octets have to come.
        case incomplete
        /// This is no request, whatever comes.
        case malformed
        case complete(HTTPRequest)
    }

    package static func parse(_ octets: [UInt8]) -> Parsed {
        var lines = Lines(rest: octets[...])
        // RFC 9112 §2.2: empty lines before a request are passed over.
        var first = lines.next()
        while first?.isEmpty == true { first = lines.next() }
        guard let first else { return .incomplete }
        guard let start = RequestLine(first) else { return .malformed }
        var hosts = 0
        while let line = lines.next() {
            if line.isEmpty {
                // RFC 9112 §3.2
                let isAddressed = hosts == 1 || (hosts == 0 && start.minorVersion == 0)
                return isAddressed ? .complete(start.request) : .malformed
            }
            guard let name = fieldName(line) else { return .malformed }
            if name == "host" { hosts += 1 }
        }
        return .incomplete
    }

    /// The name of a field line, in lower case; nil where the line is none (RFC 9112 §5).
    private static func fieldName(_ line: ArraySlice<UInt8>) -> String? {
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = line[..<colon]
        guard name.isToken, line[colon...].allSatisfy({ $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 }) else {
            return nil
        }
        return String(decoding: name, as: UTF8.self).lowercased()
    }
}

/// `GET /metrics HTTP/1.1`
private struct RequestLine {
    let request: HTTPRequest
    let minorVersion: UInt8

    init?(_ line: ArraySlice<UInt8>) {
        let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].isToken, !parts[1].isEmpty,
            parts[1].allSatisfy({ (0x21...0x7e).contains($0) }),
            parts[2].count == 8, parts[2].starts(with: "HTTP/1.".utf8), let digit = parts[2].last,
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit)
        else { return nil }
        request = HTTPRequest(
            method: String(decoding: parts[0], as: UTF8.self),
            path: Self.path(of: String(decoding: parts[1], as: UTF8.self)))
        minorVersion = digit - UInt8(ascii: "0")
    }

    /// RFC 9112 §3.2: the target is the path, or has scheme and authority before it.
    private static func path(of target: String) -> String {
        var path = target.prefix { $0 != "?" }
        let scheme = "http://"
        if path.lowercased().hasPrefix(scheme) {
            path = path.dropFirst(scheme.count).drop { $0 != "/" }
        }
        return String(path)
    }
}

/// The complete lines, without their ends. CR and LF end one, or LF alone (RFC 9112 §2.2).
private struct Lines: IteratorProtocol {
    var rest: ArraySlice<UInt8>

    mutating func next() -> ArraySlice<UInt8>? {
        guard let end = rest.firstIndex(of: UInt8(ascii: "\n")) else { return nil }
        var line = rest[..<end]
        rest = rest[(end + 1)...]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}

extension ArraySlice<UInt8> {
    /// RFC 9110 §5.6.2
    fileprivate var isToken: Bool {
        !isEmpty
            && allSatisfy { octet in
                switch octet {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "a")...UInt8(ascii: "z"):
                    true
                default: "!#$%&'*+-.^_`|~".utf8.contains(octet)
                }
            }
    }
}
