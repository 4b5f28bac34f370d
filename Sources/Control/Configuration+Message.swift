import QUICLB

/// `codepoint ‖ key, 0 or 16 octets ‖ length of the server ID ‖ length of the nonce ‖ first octet encodes the length`
extension ByteWriter {
    mutating func write(_ id: ConfigurationID) {
        write(id.rawValue)
    }

    mutating func write(_ configuration: Configuration) {
        write(configuration.id)
        write(configuration.key?.octets ?? [])
        write(UInt8(configuration.serverIDLength))
        write(UInt8(configuration.nonceLength))
        write(configuration.firstOctet == .encodesLength)
    }
}

extension ByteReader {
    mutating func readConfigurationID() throws(MalformedMessage) -> ConfigurationID {
        let value = try read(UInt8.self)
        guard let id = ConfigurationID(rawValue: value) else {
            throw .invalidValue(field: "configuration ID", value: UInt64(value))
        }
        return id
    }

    mutating func readConfiguration() throws(MalformedMessage) -> Configuration {
        let id = try readConfigurationID()
        let key = try readOctets()
        guard key.isEmpty || key.count == Configuration.Key.length else {
            throw .invalidLength(field: "key of connection IDs", count: key.count)
        }
        let serverIDLength = Int(try read(UInt8.self))
        let nonceLength = Int(try read(UInt8.self))
        let encodesLength = try readFlag()
        do {
            return try Configuration(
                id: id, key: Configuration.Key(key), serverIDLength: serverIDLength, nonceLength: nonceLength,
                firstOctet: encodesLength ? .encodesLength : .random)
        } catch {
            throw .invalidLength(field: "connection ID", count: 1 + serverIDLength + nonceLength)
        }
    }
}
