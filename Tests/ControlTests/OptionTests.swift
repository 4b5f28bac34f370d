import Testing

@testable import Control

/// Options and their values as text.
@Suite struct OptionTests {
    @Test(arguments: [
        ("30", "30s"), ("30s", "30s"), ("90s", "90s"), ("5m", "5m"), ("60s", "1m"), ("24h", "24h"),
        ("0", "0s"),
    ])
    func timesAreInWholeUnits(text: String, written: String) throws {
        #expect(OptionDuration.text(try #require(OptionDuration.parse(text))) == written)
    }

    @Test(arguments: ["", "s", "-1s", "+1s", "1.5s", "1d", "1 s", "9223372036854775807h", "١s"])
    func otherTextIsNoTime(text: String) {
        #expect(OptionDuration.parse(text) == nil)
    }

    @Test func defaultsAreInRange() throws {
        try ListenerOptions().check()
    }

    @Test func whatIsOutOfRangeIsNamedWithItsRange() {
        var options = ListenerOptions()
        options.transport.keepAlive = .zero
        let failure = #expect(throws: StartupFailure.self) { try options.check() }
        #expect(failure?.category == .usage)
        #expect(failure?.description == "--keep-alive 0s: it is out of range; give 1s to 24h")
    }
}
