import Linux
import Testing

@Suite struct WallTimeTests {
    /// RFC 9110 §5.6.7, and a leap day.
    @Test func aDateIsWrittenAsHTTPDoes() {
        #expect(WallTime(milliseconds: 784_111_777_000).httpDate == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(WallTime(milliseconds: 0).httpDate == "Thu, 01 Jan 1970 00:00:00 GMT")
        #expect(WallTime(milliseconds: 1_709_251_199_999).httpDate == "Thu, 29 Feb 2024 23:59:59 GMT")
    }
}
