import Foundation
import Testing

/// The programs in the documentation are those that are built.
struct DocumentationTests {
    private func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test("the programs in the README", arguments: ["Example/Shout.swift", "ClientExample/main.swift"])
    func readme(path: String) throws {
        let example = try text("Tests/Fixtures/\(path)")
        #expect(try text("README.md").contains("```swift\n\(example)```\n"))
    }

    @Test("the program that the tutorial ends with")
    func tutorial() throws {
        let resources = "Sources/Drover/Drover.docc/Resources"
        #expect(
            try text("\(resources)/EchoServer-4.swift") == text("Tests/Fixtures/Tutorial/EchoServer.swift"))
    }
}
