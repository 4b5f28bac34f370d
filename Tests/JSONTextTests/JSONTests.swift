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

    @Test("what a terminal would act on is escaped, beyond what JSON asks for")
    func invisible() {
        let text: JSON = "\u{1b}[2J\u{7f}\u{9b}2J\u{2028}\u{202e}\u{e0001}é"
        #expect(text.line == #""\u001b[2J\u007f\u009b2J\u2028\u202e\udb40\udc01é""#)
    }
}
