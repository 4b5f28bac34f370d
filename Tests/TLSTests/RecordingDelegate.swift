@testable import TLS

/// Keeps what a handshake tells its connection.
final class RecordingDelegate: QUICHandshakeDelegate {
    enum Event: Equatable {
        case readSecret(EncryptionLevel, [UInt8])
        case writeSecret(EncryptionLevel, [UInt8])
        case wrote(EncryptionLevel, [UInt8])
        case transportParameters([UInt8])
        case askedForTransportParameters
    }

    var events: [Event] = []
    var acceptsTransportParameters = true
    var transportParameters: [UInt8]? = hex("0f0411223344")

    func handshake(didInstallReadSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        events.append(.readSecret(level, secret.withUnsafeBytes { Array($0) }))
    }

    func handshake(didInstallWriteSecret secret: borrowing TrafficSecret, level: EncryptionLevel) {
        events.append(.writeSecret(level, secret.withUnsafeBytes { Array($0) }))
    }

    func handshake(didWrite bytes: UnsafeRawBufferPointer, level: EncryptionLevel) {
        events.append(.wrote(level, Array(bytes)))
    }

    func handshake(didReceiveTransportParameters bytes: UnsafeRawBufferPointer) -> Bool {
        events.append(.transportParameters(Array(bytes)))
        return acceptsTransportParameters
    }

    func handshake(didMakeSession session: [UInt8]) {}

    func handshakeTransportParameters(into buffer: UnsafeMutableRawBufferPointer) -> Int? {
        events.append(.askedForTransportParameters)
        guard let transportParameters else { return nil }
        buffer.copyBytes(from: transportParameters)
        return transportParameters.count
    }
}
