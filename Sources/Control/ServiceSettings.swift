/// What a worker serves by, and what a reload can change: the rest of its configuration is for as long as it lives.
package struct ServiceSettings: Hashable, Sendable {
    package var tls: TLSOptions
    package var options: ListenerOptions
    /// What the application's own configuration is; nobody but its handlers looks into it.
    package var handlerConfiguration: [UInt8] = []

    package init(tls: TLSOptions, options: ListenerOptions = ListenerOptions()) {
        self.tls = tls
        self.options = options
    }
}

extension ByteWriter {
    mutating func write(_ settings: ServiceSettings) {
        write(settings.tls)
        write(settings.options)
        write(settings.handlerConfiguration)
    }
}

extension ByteReader {
    mutating func readServiceSettings() throws(MalformedMessage) -> ServiceSettings {
        var settings = ServiceSettings(tls: try readTLSOptions(), options: try read(ListenerOptions()))
        settings.handlerConfiguration = try readOctets()
        return settings
    }
}
