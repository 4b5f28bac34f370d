import Control
import Testing

@Suite struct StartupFailureTests {
    @Test func theMessageSaysWhatWhyAndWhatToDo() {
        #expect(
            Fixtures.failure.description == "listen 127.0.0.1:4433: EADDRINUSE; choose another --listen")
        #expect(StartupFailure(.internal, "worker", why: "no reason").description == "worker: no reason")
    }

    @Test func theMessageIsOneLine() {
        let failure = StartupFailure(.internal, "load", why: "first\nsecond\r\nthird")
        #expect(failure.description == "load: first second third")
    }

    @Test func exitStatusesAreThoseOfSysexits() {
        #expect(StartupFailure.Category.allCases.map(\.rawValue) == [64, 69, 70, 75, 77, 78])
    }
}
