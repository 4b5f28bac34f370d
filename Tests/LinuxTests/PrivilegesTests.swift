import Glibc
import Linux
import Testing

@Suite struct PrivilegesTests {
    /// On a thread of its own, as what a thread drops it never gets back.
    @Test func aThreadThatDropsHasNothingLeft() throws {
        var thread = pthread_t()
        let failures = UnsafeMutablePointer<Int>.allocate(capacity: 1)
        defer { failures.deallocate() }
        failures.pointee = -1
        let created = pthread_create(
            &thread, nil,
            { argument in
                var count = 0
                do {
                    try Privileges.drop()
                    for capability in [Privileges.Capability.netAdmin, .bpf, .perfmon, .netBindService] {
                        if try Privileges.has(capability) { count += 1 }
                    }
                    // Again, as a worker that had nothing to begin with does.
                    try Privileges.drop()
                } catch {
                    count = 100
                }
                argument?.assumingMemoryBound(to: Int.self).pointee = count
                return nil
            }, failures)
        try #require(created == 0)
        pthread_join(thread, nil)
        #expect(failures.pointee == 0)
    }

    /// In a process of its own, as what is given up does not come back.
    @Test(.enabled(if: Host.isRoot)) func whatIsGivenUpIsGoneUnlessItIsNeeded() async {
        await #expect(processExitsWith: .success) {
            var hadIt: Bool?
            let isGone = try Privileges.giveUp([.netBindService]) {
                hadIt = try? Privileges.has(.netBindService)
                return false
            }
            #expect(!isGone && hadIt == false)
            #expect(try Privileges.has(.netBindService))
            let isGoneNow = try Privileges.giveUp([.netBindService]) { true }
            #expect(isGoneNow)
            #expect(try !Privileges.has(.netBindService))
            #expect(throws: Errno.accessDenied) {
                _ = try ReservedPort(#require(SocketAddress("127.0.0.1:1")))
            }
        }
    }

    @Test(.enabled(if: Host.isRoot)) func rootWithAllCapabilitiesHasThem() throws {
        // In a container even root may lack some; a bind of a low port is what it has everywhere.
        #expect(try Privileges.has(.netBindService))
    }
}
