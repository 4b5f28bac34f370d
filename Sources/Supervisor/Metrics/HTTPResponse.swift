import Linux

/// A response of HTTP/1.1, after which the connection ends.
struct HTTPResponse: Hashable, Sendable {
    enum Status: Int, Sendable {
        case ok = 200
        case badRequest = 400
        case notFound = 404
        case methodNotAllowed = 405
        case requestHeaderFieldsTooLarge = 431

        fileprivate var phrase: String {
            switch self {
            case .ok: "OK"
            case .badRequest: "Bad Request"
            case .notFound: "Not Found"
            case .methodNotAllowed: "Method Not Allowed"
            case .requestHeaderFieldsTooLarge: "Request Header Fields Too Large"
            }
        }
    }

    var status: Status
    /// Text in UTF-8.
    var content: String
    /// Parameters of its type, text/plain.
    var contentType = "text/plain; charset=utf-8"
    /// The methods that there are, where the request had another.
    var allowedMethods: String?
    /// Whether the content is not sent: the answer to HEAD (RFC 9110 §9.3.2).
    var isHeadOnly = false

    init(_ status: Status, _ content: String) {
        self.status = status
        self.content = content
    }

    /// - Parameter now: the time of day, which it says.
    func encoded(at now: WallTime) -> [UInt8] {
        var head = """
            HTTP/1.1 \(status.rawValue) \(status.phrase)\r
            Date: \(now.httpDate)\r
            Connection: close\r
            Content-Type: \(contentType)\r
            Content-Length: \(content.utf8.count)\r

            """
        if let allowedMethods { head += "Allow: \(allowedMethods)\r\n" }
        head += "\r\n"
        return Array(head.utf8) + (isHeadOnly ? [] : Array(content.utf8))
    }
}
