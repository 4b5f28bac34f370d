import Testing

@testable import Supervisor

@Suite struct HTTPRequestTests {
    private func parse(_ text: String) -> HTTPRequest.Parsed { HTTPRequest.parse(Array(text.utf8)) }

    private func request(_ text: String) -> [String]? {
        guard case .complete(let request) = parse(text) else { return nil }
        return [request.method, request.path]
    }

    @Test func requestsAreUnderstood() {
        #expect(request("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n") == ["GET", "/metrics"])
        #expect(
            request("HEAD /metrics?a=/b HTTP/1.1\r\nhost:\r\nX-y: \t z\r\n\r\nmore") == ["HEAD", "/metrics"])
        #expect(request("get / HTTP/1.0\n\n") == ["get", "/"])
        // RFC 9112 §2.2
        #expect(request("\r\n\nGET / HTTP/1.1\nHost: h\r\n\n") == ["GET", "/"])
        // RFC 9112 §3.2.2 to 3.2.4
        #expect(request("GET http://h:1/metrics?a HTTP/1.1\r\nHost: h\r\n\r\n") == ["GET", "/metrics"])
        #expect(request("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") == ["OPTIONS", "*"])
        #expect(request("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n") == ["CONNECT", "h:1"])
    }

    @Test(
        arguments: [
            "GET /\r\n", "GET / HTTP/1.1 \r\n", "GET  / HTTP/1.1\r\n", " GET / HTTP/1.1\r\n",
            "GET / HTTP/2.0\r\n",
            "GET / http/1.1\r\n", "GET / HTTP/1.x\r\n", "G(T / HTTP/1.1\r\n", "GET /\u{7f} HTTP/1.1\r\n",
            "GET /é HTTP/1.1\r\n", "\u{16}\u{3}\u{1}\n", "GET / HTTP/1.1\r\r\n",
            // RFC 9112 §5.1, §5.2, §3.2
            "GET / HTTP/1.1\r\nHost : h\r\n", "GET / HTTP/1.1\r\nHost: h\r\n folded\r\n",
            "GET / HTTP/1.1\r\nHost\r\n", "GET / HTTP/1.1\r\n: h\r\n", "GET / HTTP/1.1\r\nHost: a\u{0}b\r\n",
            "GET / HTTP/1.1\r\nHost: a\rb\r\n", "GET / HTTP/1.1\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
        ])
    func whatIsNoRequestIsRefusedAtOnce(text: String) {
        #expect(parse(text) == .malformed)
        #expect(parse(text + "X: y\r\n\r\n") == .malformed)
    }

    @Test func aPartIsAwaitedFurther() {
        for text in ["", "\r\n", "GET", "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: h\r\n", "\u{16}\u{3}"] {
            #expect(parse(text) == .incomplete)
        }
    }
}
