internal import Supervisor

/// The input is what a client of the metrics sends.
func fuzzHTTPRequest(_ bytes: UnsafeRawBufferPointer) {
    let octets = Array(bytes)
    let parsed = HTTPRequest.parse(octets)
    // However it comes in parts, it is taken for the same as soon as it is complete.
    for count in octets.indices {
        let part = HTTPRequest.parse(Array(octets[..<count]))
        precondition(part == .incomplete || part == parsed, "a part of it is something else")
    }
    guard case .complete(let request) = parsed else { return }
    precondition(!request.method.isEmpty && !request.method.contains { $0 == " " || $0.isNewline })
    precondition(request.path.utf8.allSatisfy { (0x21...0x7e).contains($0) }, "a path of other octets")
}
