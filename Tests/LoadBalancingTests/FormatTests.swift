import JSONText
import Linux
import LoadBalancing
import QUICLB
import Testing

/// What load balancers are told, to the letter.
struct FormatTests {
    private static let key = Configuration.Key(UInt8(0x10)...0x1f)!
    private static let address = SocketAddress("192.0.2.7:4433")!

    private static func configuration(
        host: HostID = HostID([0xd7, 0x0e])!, ids: [UInt8] = [0], key: Configuration.Key? = nil,
        nonce: Int = 13,
        addresses: [SocketAddress] = [address]
    ) throws -> LoadBalancerConfiguration {
        try LoadBalancerConfiguration(
            hostID: host,
            configurations: ids.map {
                try Configuration(
                    id: ConfigurationID(rawValue: $0)!, key: key, serverIDLength: host.octets.count + 1,
                    nonceLength: nonce)
            },
            addresses: addresses)
    }

    @Test("the slot is part of the load balancer's nonce")
    func hostIDOnly() throws {
        let known = try Self.configuration(key: Self.key).configurations[0]
        #expect(known.serverIDLength == 2)
        #expect(known.nonceLength == 14)
        #expect(known.algorithm == .singlePass)
    }

    @Test("a server ID that is not host ID and slot is refused")
    func otherServerIDLength() throws {
        let configuration = try Configuration(
            id: ConfigurationID(rawValue: 0)!, serverIDLength: 2, nonceLength: 4)
        #expect(throws: ConfigurationError.hostIDLength(2, serverID: 2)) {
            try LoadBalancerConfiguration(
                hostID: HostID([1, 2])!, configurations: [configuration], addresses: [])
        }
    }

    @Test("YANG: current and next configuration, keyed")
    func yang() throws {
        let text = try Self.configuration(ids: [3, 4], key: Self.key).text(in: .yangJSON)
        #expect(
            text == """
                {
                  "ietf-quic-lb-middlebox:quic-lb": {
                    "cid-configs": [
                      {
                        "config-rotation-bits": 3,
                        "server-id-length": 2,
                        "cid-key": "10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f",
                        "nonce-length": 14,
                        "server-id-mappings": [
                          {
                            "server-id": "d7:0e",
                            "server-address": "192.0.2.7"
                          }
                        ]
                      },
                      {
                        "config-rotation-bits": 4,
                        "server-id-length": 2,
                        "cid-key": "10:11:12:13:14:15:16:17:18:19:1a:1b:1c:1d:1e:1f",
                        "nonce-length": 14,
                        "server-id-mappings": [
                          {
                            "server-id": "d7:0e",
                            "server-address": "192.0.2.7"
                          }
                        ]
                      }
                    ]
                  }
                }
                """)
    }

    @Test("YANG: plaintext, an IPv6 address without its port")
    func yangPlaintext() throws {
        let text = try Self.configuration(addresses: [SocketAddress("[2001:db8::7]:443")!]).yang().line
        #expect(
            text == """
                {"ietf-quic-lb-middlebox:quic-lb": {"cid-configs": [{"config-rotation-bits": 0, "server-id-length": 2, \
                "nonce-length": 14, "server-id-mappings": [{"server-id": "d7:0e", "server-address": "2001:db8::7"}]}]}}
                """)
    }

    @Test("AWS: the host by its address and its host ID")
    func aws() throws {
        let host = HostID([0xab, 1, 2, 3, 4, 5, 6, 0xcd])!
        #expect(
            try Self.configuration(host: host, nonce: 6).text(in: .aws) == """
                {
                  "Targets": [
                    {
                      "Id": "192.0.2.7",
                      "Port": 4433,
                      "QuicServerId": "0xab010203040506cd"
                    }
                  ]
                }
                """)
    }

    @Test("AWS: other IDs than plaintext ones of 8 octets are refused")
    func awsRefusal() throws {
        let host = HostID([UInt8](repeating: 1, count: 8))!
        #expect(throws: LoadBalancerFormatError.awsTakesPlaintextOnly) {
            try Self.configuration(host: host, key: Self.key, nonce: 6).text(in: .aws)
        }
        #expect(throws: LoadBalancerFormatError.awsHostIDLength(2)) {
            try Self.configuration().text(in: .aws)
        }
    }

    @Test(
        "one address that can be sent to, no more and no less",
        arguments: [.yangJSON, .aws] as [LoadBalancerFormat])
    func addresses(format: LoadBalancerFormat) throws {
        let host = HostID([UInt8](repeating: 1, count: 8))!
        for (addresses, error) in [
            ([], LoadBalancerFormatError.addressCount(0)),
            ([Self.address, Self.address], .addressCount(2)),
            ([SocketAddress("[::]:443")!], .wildcardAddress),
        ] {
            #expect(throws: error) {
                try Self.configuration(host: host, nonce: 6, addresses: addresses).text(in: format)
            }
        }
    }

    @Test("Envoy: keyed")
    func envoy() throws {
        #expect(
            try Self.configuration(ids: [5], key: Self.key, addresses: []).text(in: .envoy) == """
                # In a QUIC listener: udp_listener_config.quic_options.
                connection_id_generator_config:
                  name: envoy.quic.connection_id_generator.quic_lb
                  typed_config:
                    "@type": type.googleapis.com/envoy.extensions.quic.connection_id_generator.quic_lb.v3.Config
                    server_id:
                      inline_bytes: 1w4=
                    expected_server_id_length: 2
                    nonce_length_bytes: 14
                    unencrypted_mode: false
                    encryption_parameters:
                      name: quic_lb
                # In the bootstrap: static_resources.
                secrets:
                - name: quic_lb
                  generic_secret:
                    secrets:
                      encryption_key:
                        inline_bytes: EBESExQVFhcYGRobHB0eHw==
                      configuration_version:
                        inline_bytes: BQ==
                """)
    }

    @Test("Envoy: in plaintext it still needs a key's place, and its limits hold")
    func envoyLimits() throws {
        let text = try Self.configuration(host: HostID([1, 2, 3])!, nonce: 12).text(in: .envoy)
        #expect(text.contains("unencrypted_mode: true"))
        #expect(text.contains("inline_bytes: AQID\n"))
        #expect(text.contains("inline_bytes: AAAAAAAAAAAAAAAAAAAAAA==\n"))
        #expect(throws: LoadBalancerFormatError.envoyBlockLength(19)) {
            try Self.configuration(nonce: 16).text(in: .envoy)
        }
        #expect(throws: LoadBalancerFormatError.envoyNonceLength(17)) {
            try Self.configuration(host: HostID([1])!, nonce: 16).text(in: .envoy)
        }
    }
}
