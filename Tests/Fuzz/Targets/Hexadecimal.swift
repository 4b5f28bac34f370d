internal import QUICLB

/// The input is UTF-8 text.
func fuzzHexadecimal(_ bytes: UnsafeRawBufferPointer) {
    precondition(Hexadecimal.decode(Hexadecimal.encode(bytes)) == Array(bytes), "octets do not survive")
    let text = String(decoding: bytes, as: UTF8.self)
    guard let octets = Hexadecimal.decode(text) else { return }
    precondition(Hexadecimal.encode(octets) == text.lowercased(), "text that is not hexadecimal is taken")
}
