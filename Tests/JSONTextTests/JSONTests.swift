import JSONText
import Testing

struct JSONTests {
    private let value: JSON = [
        "name": "a\"b\\c\n\u{1}é", "numbers": [1, -2], "nothing": nil, "yes": true, "empty": [], "none": [:],
    ]

    @Test("members keep their order, in one line")
    func line() {
        #expect(
            value.line == #"""
                {"name": "a\"b\\c\n\u0001é", "numbers": [1, -2], "nothing": null, "yes": true, "empty": [], "none": {}}
                """#)
    }

    @Test("each member and element has a line of its own")
    func indented() {
        #expect(
            value.indented == #"""
                {
                  "name": "a\"b\\c\n\u0001é",
                  "numbers": [
                    1,
                    -2
                  ],
                  "nothing": null,
                  "yes": true,
                  "empty": [],
                  "none": {}
                }
                """#)
    }
}
