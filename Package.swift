// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "drover",
    products: [
        .library(name: "QUICLB", targets: ["QUICLB"])
    ],
    targets: [
        .target(name: "CLinux"),

        .target(name: "Linux", dependencies: ["CLinux"]),
        .target(name: "EventLoop", dependencies: ["Linux"]),
        .target(name: "QUICLB"),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop", "Linux", "TestSupport"]),
        .testTarget(name: "QUICLBTests", dependencies: ["QUICLB"]),
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
