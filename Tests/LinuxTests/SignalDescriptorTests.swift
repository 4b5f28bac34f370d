import Glibc
import Linux
import Testing

@Suite struct SignalDescriptorTests {
    @Test func aSignalOfTheThreadIsRead() throws {
        let signals = try SignalDescriptor([SIGUSR1, SIGUSR2])
        #expect(try signals.receive() == nil)
        pthread_kill(pthread_self(), SIGUSR2)
        #expect(try signals.receive() == SIGUSR2)
        #expect(try signals.receive() == nil)
    }
}
