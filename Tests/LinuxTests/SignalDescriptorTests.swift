import Glibc
import Linux
import Testing

@Suite struct SignalDescriptorTests {
    /// In a process of its own, as the signals stay blocked in the thread.
    @Test func aSignalOfTheThreadIsRead() async {
        await #expect(processExitsWith: .success) {
            let signals = try SignalDescriptor([SIGUSR1, SIGUSR2])
            let none = try signals.receive()
            pthread_kill(pthread_self(), SIGUSR2)
            let (one, noMore) = (try signals.receive(), try signals.receive())
            #expect(none == nil && one == SIGUSR2 && noMore == nil)
        }
    }
}
