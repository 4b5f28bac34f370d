/// The first two octets of every message of the worker channel: `version ‖ kind`.
///
/// Both ends are one executable in general, and two releases of it during an upgrade.
struct MessageHeader {
    static let version: UInt8 = 1

    let kind: UInt8

    func write(to writer: inout ByteWriter) {
        writer.write(Self.version)
        writer.write(kind)
    }

    static func read(from reader: inout ByteReader) throws(MalformedMessage) -> MessageHeader {
        let version = try reader.read(UInt8.self)
        guard version == Self.version else { throw .unknownVersion(version) }
        return MessageHeader(kind: try reader.read())
    }
}
