import Glibc
import Testing

@testable import Linux

@Suite struct PassedDescriptorsTests {
    typealias Malformed = PassedDescriptors.Malformed

    private func names(pid: String? = "7", count: String?, names: String? = nil) throws -> [String] {
        try PassedDescriptors(pid: pid, count: count, names: names, processID: 7).names
    }

    @Test func eachDescriptorHasItsName() throws {
        #expect(try names(count: "2", names: "drover-0:drover-1") == ["drover-0", "drover-1"])
        #expect(try names(count: "3", names: "a::b") == ["a", "", "b"])
        #expect(try names(count: "2") == ["unknown", "unknown"])
        #expect(try names(count: "0", names: "") == [])
    }

    @Test(arguments: [nil, "8", "", "seven", "99999999999999999999"] as [String?])
    func whatIsAnotherProcesssCountsForNothing(pid: String?) throws {
        #expect(try names(pid: pid, count: "nonsense") == [])
    }

    @Test(arguments: ["", "x", "-1", "1048576", "2147483648", "99999999999999999999", "1 "])
    func aCountThatIsNoneIsNamed(count: String) {
        #expect(throws: Malformed(what: "LISTEN_FDS=\(count)", why: "it is no number of descriptors")) {
            try names(count: count)
        }
    }

    @Test func asManyNamesAsDescriptors() {
        #expect(throws: Malformed(what: "LISTEN_FDNAMES=a:b", why: "it has 2 names for 3 descriptors")) {
            try names(count: "3", names: "a:b")
        }
    }

    // What changes this process does so in a process of its own: other tests run in this one.

    @Test func descriptorsAreClaimedByNameAndTheVariablesAreGone() async {
        await #expect(processExitsWith: .success) {
            for descriptor: Int32 in 3...5 {
                #expect(fcntl(2, F_GETFD) >= 0 && dup2(2, descriptor) == descriptor)
            }
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "3", 1)
            setenv("LISTEN_FDNAMES", "other:wanted:wanted", 1)
            do {
                let claimed = try PassedDescriptors.take().claim { $0 == "wanted" }
                #expect(claimed.map { $0.fileDescriptor.rawValue } == [4, 5])
                #expect(fcntl(4, F_GETFD) == FD_CLOEXEC && fcntl(3, F_GETFD) == 0)
                #expect(
                    getenv("LISTEN_PID") == nil && getenv("LISTEN_FDS") == nil
                        && getenv("LISTEN_FDNAMES") == nil)
                withExtendedLifetime(claimed) {}
            }
            #expect(fcntl(4, F_GETFD) == -1 && fcntl(3, F_GETFD) == 0)
        }
    }

    @Test func aDescriptorThatIsNotOpenIsAnError() async {
        await #expect(processExitsWith: .success) {
            close(9000)
            setenv("LISTEN_PID", "\(getpid())", 1)
            setenv("LISTEN_FDS", "9000", 1)
            #expect(throws: Errno(rawValue: EBADF)) {
                _ = try PassedDescriptors.take().claim { $0 == "unknown" }
            }
        }
    }
}
