private import Glibc
package import Linux

/// A TCP connection that says what it likes to a server of this host. Ten seconds are enough for an answer.
package final class HTTPConnection {
    /// What came until the server closed.
    package struct Answer {
        package let status: Int
        /// By their names in lower case.
        package let fields: [String: String]
        package let content: String
    }

    private let socket: StreamSocket

    package init(_ address: SocketAddress) throws(Errno) {
        socket = try StreamSocket(connecting: address, timeout: .seconds(10))
    }

    /// Whether something has come, or the server closed.
    package var isReadable: Bool {
        var event = pollfd(fd: socket.rawValue, events: Int16(POLLIN), revents: 0)
        return poll(&event, 1, 0) == 1
    }

    package func send(_ text: String) throws(Errno) {
        var octets = Array(text.utf8)
        guard try socket.send(removingFrom: &octets) else { throw .wouldBlock }
    }

    /// The octets until the server closes.
    package func receiveAll() throws(Errno) -> [UInt8] {
        var octets: [UInt8] = []
        while true {
            guard let count = try socket.receive(64 * 1024, appendingTo: &octets) else { throw .wouldBlock }
            if count == 0 { return octets }
        }
    }

    /// The answer; nil where the server closed without one.
    package func answer() throws(Errno) -> Answer? {
        Answer(try receiveAll())
    }

    /// Asks for a document, on a connection of its own.
    package static func get(_ path: String, of address: SocketAddress) throws(Errno) -> Answer? {
        let connection = try HTTPConnection(address)
        try connection.send("GET \(path) HTTP/1.1\r\nHost: \(address)\r\n\r\n")
        return try connection.answer()
    }
}

extension HTTPConnection.Answer {
    fileprivate init?(_ octets: [UInt8]) {
        let text = String(decoding: octets, as: UTF8.self)
        guard let headEnd = text.firstRange(of: "\r\n\r\n") else { return nil }
        let lines = text[..<headEnd.lowerBound].split(separator: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count > 1, words[0] == "HTTP/1.1", let status = Int(words[1]) else { return nil }
        self.status = status
        fields = Dictionary(
            lines.dropFirst().compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                return parts.count == 2 ? (parts[0].lowercased(), String(parts[1].dropFirst())) : nil
            }, uniquingKeysWith: { "\($0), \($1)" })
        content = String(text[headEnd.upperBound...])
    }
}
