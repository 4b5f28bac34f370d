/// The TLS record that OpenSSL is about to read: CRYPTO data from the wire has no record layer
/// (RFC 9001 §4), and OpenSSL 3.0 reads nothing but records.
///
/// The body is not copied, so a record lives no longer than the call of `SSL_do_handshake` it is
/// staged for. OpenSSL asks for more only after it has consumed the whole record.
struct InboundRecord {
    enum ContentType: UInt8 {
        case handshake = 22
        case applicationData = 23
    }

    static let headerLength = 5

    private var header: InlineArray<5, UInt8>
    private var body: UnsafeRawBufferPointer
    private var position: Int

    /// No record: nothing to read.
    init() {
        header = InlineArray(repeating: 0)
        body = UnsafeRawBufferPointer(start: nil, count: 0)
        position = Self.headerLength
    }

    init(_ type: ContentType, body: UnsafeRawBufferPointer) {
        header = Self.header(type, bodyCount: body.count)
        self.body = body
        position = 0
    }

    /// content type (1) ‖ legacy_record_version (2) = 0x0303 ‖ length (2): RFC 8446 §5.1
    static func header(_ type: ContentType, bodyCount: Int) -> InlineArray<5, UInt8> {
        [type.rawValue, 3, 3, UInt8(bodyCount >> 8), UInt8(truncatingIfNeeded: bodyCount)]
    }

    var isConsumed: Bool { position == Self.headerLength + body.count }

    /// Writes what is left, at most `output.count` octets, and returns the count.
    mutating func read(into output: UnsafeMutableRawBufferPointer) -> Int {
        var written = 0
        while written < output.count, position < Self.headerLength {
            output[written] = header[position]
            written += 1
            position += 1
        }
        let offset = position - Self.headerLength
        let count = min(output.count - written, body.count - offset)
        if position >= Self.headerLength, count > 0 {
            (output.baseAddress! + written).copyMemory(from: body.baseAddress! + offset, byteCount: count)
            written += count
            position += count
        }
        return written
    }
}
