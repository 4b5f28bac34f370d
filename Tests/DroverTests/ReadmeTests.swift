import Foundation
import Testing

struct ReadmeTests {
    @Test("the program in the README is the one that is built")
    func example() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let example = try String(
            contentsOf: root.appending(path: "Tests/Fixtures/Example/Shout.swift"), encoding: .utf8)
        #expect(readme.contains("```swift\n\(example)```\n"))
    }
}
