// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "drover",
    products: [
        .library(name: "Drover", targets: ["Drover"]),
        .library(name: "QUICLB", targets: ["QUICLB"]),
        .executable(name: "drover", targets: ["DroverCLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        // Without its readers of files: they bring Foundation along, 50 MB of it.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
    ],
    targets: [
        // C: system libraries, and what Swift cannot see of the system's headers.
        .systemLibrary(name: "CNGTCP2", pkgConfig: "libngtcp2", providers: [.apt(["libngtcp2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CLibBPF", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
        .systemLibrary(name: "CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CQUICShims", dependencies: ["CNGTCP2", "COpenSSL"]),
        .target(name: "CLibBPFShims", dependencies: ["CLibBPF"]),

        // The kernel program: its ABI, compiled into Swift by a plugin.
        .target(name: "SteerABI", path: "bpf/abi", publicHeadersPath: "."),
        .executableTarget(name: "bpf-embed", path: "Plugins/bpf-embed"),
        .plugin(name: "CompileBPF", capability: .buildTool(), dependencies: ["bpf-embed"]),

        .target(name: "Linux", dependencies: ["CLinux"]),
        .target(name: "EventLoop", dependencies: ["Linux"]),
        .target(name: "QUICLB"),
        .target(name: "Placement", dependencies: ["QUICLB", "SteerABI"]),
        .target(name: "JSONText"),
        .target(name: "LoadBalancing", dependencies: ["JSONText", "Linux", "QUICLB"]),
        .target(
            name: "Steering",
            dependencies: ["CLibBPF", "CLibBPFShims", "Linux", "Placement", "QUICLB", "SteerABI"],
            plugins: ["CompileBPF"]),
        .target(name: "TLS", dependencies: ["COpenSSL", "CQUICShims"]),
        .target(
            name: "Transport",
            dependencies: ["CNGTCP2", "CQUICShims", "EventLoop", "JSONText", "Linux", "QUICLB", "TLS"]),
        .target(
            name: "QUICClient",
            dependencies: ["CLinux", "EventLoop", "Linux", "QUICLB", "TLS", "Transport"]),
        .target(name: "Control", dependencies: ["Linux", "Placement", "QUICLB"]),
        .target(
            name: "Logs",
            dependencies: [
                "Control", "EventLoop", "JSONText", "Linux", .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Listener",
            dependencies: ["Control", "EventLoop", "Linux", "Placement", "QUICLB", "TLS", "Transport"]),
        .target(
            name: "Worker",
            dependencies: [
                "Control", "EventLoop", "Linux", "Listener", "Logs", "Placement", "QUICLB", "TLS",
                "Transport", .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Supervisor",
            dependencies: [
                "Control", "EventLoop", "Linux", "Logs", "Placement", "QUICLB", "Steering",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Drover",
            dependencies: [
                "Control", "EventLoop", "Linux", "Listener", "Logs", "QUICClient", "QUICLB", "Supervisor",
                "TLS", "Transport", "Worker", .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "Settings",
            dependencies: [
                "CLibYAML", "Control", "Linux",
                .product(name: "Configuration", package: "swift-configuration"),
            ]),
        .executableTarget(
            name: "DroverCLI",
            dependencies: [
                "Control", "Drover", "JSONText", "Linux", "LoadBalancing", "Placement", "QUICLB", "Settings",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        .target(name: "TestSupport", dependencies: ["Linux"], path: "Tests/TestSupport"),
        .target(name: "InitialPackets", dependencies: ["QUICLB", "TLS"], path: "Tests/InitialPackets"),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop", "Linux", "TestSupport"]),
        .testTarget(name: "QUICLBTests", dependencies: ["QUICLB", "TestSupport"]),
        .testTarget(name: "PlacementTests", dependencies: ["Placement", "QUICLB"]),
        .testTarget(name: "JSONTextTests", dependencies: ["JSONText"]),
        .testTarget(
            name: "DroverCLITests",
            dependencies: [
                "Control", "Drover", "DroverCLI", "Settings", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        .testTarget(name: "SettingsTests", dependencies: ["Control", "Settings", "TestSupport"]),
        .testTarget(
            name: "LoadBalancingTests", dependencies: ["JSONText", "Linux", "LoadBalancing", "QUICLB"]),
        .testTarget(
            name: "SteeringTests", dependencies: ["Linux", "Placement", "QUICLB", "Steering", "TestSupport"]),
        .testTarget(name: "TLSTests", dependencies: ["COpenSSL", "TLS"], exclude: ["Clients"]),
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "CQUICShims", "Control", "EventLoop", "QUICLB", "TestSupport", "Transport", "Worker",
            ]),
        .testTarget(
            name: "ListenerTests",
            dependencies: [
                "CAllocations", "CLinux", "Control", "EventLoop", "InitialPackets", "Linux", "Listener",
                "Placement",
                "QUICLB", "TLS", "TestSupport", "Transport",
            ]),
        .testTarget(
            name: "LogsTests",
            dependencies: [
                "Control", "EventLoop", "Linux", "Logs", .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(name: "ControlTests", dependencies: ["Control", "Linux", "Placement", "QUICLB"]),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "CLinux", "COpenSSL", "Control", "EventLoop", "Linux", "Listener", "QUICLB", "Settings",
                "Supervisor", "TLS", "Transport",
            ],
            path: "Tests/Fuzz/Targets"),
        .testTarget(name: "FuzzTests", dependencies: ["FuzzTargets", "TestSupport"]),
        .executableTarget(
            name: "drover-fuzz", dependencies: ["FuzzTargets", "Linux"], path: "Tests/Fuzz/Driver"),
        .executableTarget(
            name: "SupervisorTestPool",
            dependencies: ["Control", "EventLoop", "Linux", "QUICLB", "Supervisor"],
            path: "Tests/SupervisorTestPool"),
        .testTarget(
            name: "SupervisorTests",
            dependencies: [
                "Control", "EventLoop", "Linux", "Logs", "QUICLB", "Supervisor", "SupervisorTestPool",
                "TestSupport", .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(name: "shout", dependencies: ["Drover"], path: "Tests/Fixtures/Example"),
        .executableTarget(
            name: "shout-client", dependencies: ["Drover"], path: "Tests/Fixtures/ClientExample"),
        .executableTarget(name: "echo-server", dependencies: ["Drover"], path: "Tests/Fixtures/Tutorial"),
        .testTarget(
            name: "DroverTests",
            dependencies: [
                "Control", "Drover", "Linux", "Supervisor", "TLS", "TestSupport", "Worker", "echo-server",
                "shout", "shout-client",
            ]),
        .executableTarget(
            name: "h3-echo", dependencies: ["Drover", "QUICLB"], path: "Tests/Fixtures/H3Echo"),
        .executableTarget(
            name: "embedded",
            dependencies: ["Drover", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Fixtures/Embedded"),
        .executableTarget(
            name: "visitor",
            dependencies: ["Drover", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Tests/Fixtures/Visitor"),
        .executableTarget(
            name: "holder",
            dependencies: [
                "Drover", "TestSupport", .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            path: "Tests/Fixtures/Holder"),
        .executableTarget(
            name: "initial-flood", dependencies: ["InitialPackets", "Linux", "TestSupport"],
            path: "Tests/Fixtures/InitialFlood"),
        .executableTarget(
            name: "drover-bench",
            dependencies: [
                "CAllocations", "CLibBPF", "CLinux", "Linux", "Placement", "QUICLB", "Steering",
            ],
            path: "Tests/Bench/Program"),
        .target(name: "CAllocations", path: "Tests/Bench/CAllocations"),
        .executableTarget(
            name: "rotating-echo",
            dependencies: ["EventLoop", "Linux", "Listener", "QUICLB", "TLS", "Transport"],
            path: "Tests/Fixtures/RotatingEcho"),
        .testTarget(
            name: "ProcessTests",
            dependencies: [
                "Control", "InitialPackets", "Linux", "Placement", "QUICLB", "TLS", "TestSupport",
            ],
            exclude: ["Clients"]),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets {
    guard [.regular, .executable, .test].contains(target.type) else { continue }
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
