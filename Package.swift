// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "drover",
    products: [],
    targets: [
        .target(name: "CLinux"),

        .target(name: "Linux", dependencies: ["CLinux"]),
        .target(name: "EventLoop", dependencies: ["Linux"]),

        .target(name: "TestSupport", path: "Tests/TestSupport"),
        .testTarget(name: "LinuxTests", dependencies: ["Linux"]),
        .testTarget(name: "EventLoopTests", dependencies: ["EventLoop", "Linux", "TestSupport"]),
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
