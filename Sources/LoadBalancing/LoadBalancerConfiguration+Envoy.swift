import QUICLB

extension LoadBalancerConfiguration {
    /// Envoy's connection ID generator `envoy.quic.connection_id_generator.quic_lb` (its `v3.Config`) and the secret
    /// that it reads key and codepoint from, in YAML. It has one configuration at a time: the one in use.
    ///
    /// With it an Envoy that terminates QUIC issues IDs that load balancers take to this host; it routes nothing.
    package func envoyStanza() throws(LoadBalancerFormatError) -> String {
        let configuration = configurations[0]
        let blockLength = configuration.serverIDLength + configuration.nonceLength
        // One octet of the 20 is the first, another the number of Envoy's worker.
        guard blockLength <= 18 else { throw .envoyBlockLength(blockLength) }
        guard configuration.nonceLength <= 16 else { throw .envoyNonceLength(configuration.nonceLength) }
        let key = configuration.key?.octets ?? [UInt8](repeating: 0, count: Configuration.Key.length)
        return """
            # In a QUIC listener: udp_listener_config.quic_options.
            connection_id_generator_config:
              name: envoy.quic.connection_id_generator.quic_lb
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.quic.connection_id_generator.quic_lb.v3.Config
                server_id:
                  inline_bytes: \(Base64.encode(hostID.octets))
                expected_server_id_length: \(configuration.serverIDLength)
                nonce_length_bytes: \(configuration.nonceLength)
                unencrypted_mode: \(configuration.key == nil)
                encryption_parameters:
                  name: quic_lb
            # In the bootstrap: static_resources.
            secrets:
            - name: quic_lb
              generic_secret:
                secrets:
                  encryption_key:
                    inline_bytes: \(Base64.encode(key))
                  configuration_version:
                    inline_bytes: \(Base64.encode([configuration.id.rawValue]))
            """
    }
}
