import Foundation
import FuzzTargets

/// The inputs kept for a target, by name.
struct Corpus {
    let inputs: [(name: String, octets: [UInt8])]

    init(of target: FuzzTarget) throws {
        let directory = Self.root.appending(path: target.rawValue)
        // In the same order everywhere, for what is chosen by a seed.
        inputs = try Self.names(in: directory).sorted().map { name in
            (name, [UInt8](try Data(contentsOf: directory.appending(path: name))))
        }
    }

    static func directories() throws -> [String] { try names(in: root) }

    private static func names(in directory: URL) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path())
    }

    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fuzz/Corpus")
}

extension FuzzTarget {
    func run(_ octets: [UInt8]) {
        octets.withUnsafeBytes { run($0) }
    }
}
