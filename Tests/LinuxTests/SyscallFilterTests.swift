import Glibc
import Linux
import Testing

/// Each in a process of its own, as a filter is for good.
@Suite struct SyscallFilterTests {
    /// What the call leaves in errno; 0 where it succeeds.
    private static func refusal(of call: () -> Int) -> Int32 { call() == -1 ? errno : 0 }

    private static func makeSocket(_ family: Int32) -> Int32 {
        refusal {
            let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue), 0)
            if descriptor >= 0 { close(descriptor) }
            return Int(descriptor)
        }
    }

    @Test func programsTracesAndUsersAreRefused() async {
        await #expect(processExitsWith: .success) {
            try SyscallFilter.install(allowsInternetSockets: true)
            let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("true"), nil]
            #expect(SyscallFilterTests.refusal { Int(execv("/bin/true", arguments)) } == EPERM)
            #expect(SyscallFilterTests.refusal { Int(setuid(getuid())) } == EPERM)
            #expect(SyscallFilterTests.refusal { Int(chroot("/")) } == EPERM)
            var pid: pid_t = 0
            #expect(posix_spawn(&pid, "/bin/true", nil, nil, arguments, nil) == EPERM)
        }
    }

    @Test(arguments: [true, false])
    func socketsAreRefusedWhereTheyAreNotAllowed(isAllowed: Bool) async {
        if isAllowed {
            await #expect(processExitsWith: .success) {
                try SyscallFilter.install(allowsInternetSockets: true)
                for family in [AF_INET, AF_INET6, AF_UNIX] {
                    #expect(SyscallFilterTests.makeSocket(family) != EPERM)
                }
            }
        } else {
            await #expect(processExitsWith: .success) {
                try SyscallFilter.install(allowsInternetSockets: false)
                for family in [AF_INET, AF_INET6, AF_NETLINK, AF_PACKET] {
                    #expect(SyscallFilterTests.makeSocket(family) == EPERM)
                }
                #expect(SyscallFilterTests.makeSocket(AF_UNIX) == 0)
            }
        }
    }

    /// A process has the rights of all its threads.
    @Test func threadsThatAreThereAlreadyAreFiltered() async {
        await #expect(processExitsWith: .success) {
            let event = try EventCounter()
            var thread = pthread_t()
            pthread_create(
                &thread, nil,
                { argument in
                    var wait = pollfd(fd: Int32(Int(bitPattern: argument)), events: Int16(POLLIN), revents: 0)
                    poll(&wait, 1, 10_000)
                    return UnsafeMutableRawPointer(
                        bitPattern: Int(SyscallFilterTests.makeSocket(AF_INET)))
                }, UnsafeMutableRawPointer(bitPattern: Int(event.rawValue)))
            try SyscallFilter.install(allowsInternetSockets: false)
            event.signal()
            var result: UnsafeMutableRawPointer?
            pthread_join(thread, &result)
            #expect(Int(bitPattern: result) == Int(EPERM))
        }
    }
}
