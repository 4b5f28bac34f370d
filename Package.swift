// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "drover",
    products: [
        .library(name: "QUICLB", targets: ["QUICLB"])
    ],
    targets: [
        .systemLibrary(name: "CLibBPF", pkgConfig: "libbpf", providers: [.apt(["libbpf-dev"])]),
        .target(name: "CLinux"),
        .target(name: "CLibBPFShims", dependencies: ["CLibBPF"]),

        // The kernel program: its ABI, compiled into Swift by a plugin.
        .target(name: "SteerABI", path: "bpf/abi", publicHeadersPath: "."),
        .executableTarget(name: "bpf-embed", path: "Plugins/bpf-embed"),
        .plugin(name: "CompileBPF", capability: .buildTool(), dependencies: ["bpf-embed"]),

        .target(name: "Linux", dependencies: ["CLinux"]),
        .target(name: "EventLoop", dependencies: ["Linux"]),
        .target(name: "QUICLB"),
        .target(
            name: "Steering", dependencies: ["CLibBPF", "CLibBPFShims", "Linux", "QUICLB", "SteerABI"],
            plugins: ["CompileBPF"]),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop", "Linux", "TestSupport"]),
        .testTarget(name: "QUICLBTests", dependencies: ["QUICLB"]),
        .testTarget(name: "SteeringTests", dependencies: ["Linux", "QUICLB", "Steering"]),
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
