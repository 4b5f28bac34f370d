import Glibc
import Linux
import Testing

@Suite struct UserAccountTests {
    @Test func rootIsKnown() throws {
        let root = try #require(try UserAccount(named: "root"))
        #expect(root.userID == 0 && root.groupID == 0 && root.name == "root")
        let other = try #require(try UserAccount(named: "root", group: "daemon"))
        #expect(other.userID == 0 && other.groupID != 0)
    }

    @Test(arguments: ["", "no such user", "root\0", "0"])
    func whoIsNotKnownIsNil(name: String) throws {
        #expect(try UserAccount(named: name) == nil)
        #expect(try UserAccount(named: "root", group: name) == nil)
    }

    /// In a process of its own, as it is for good.
    @Test(.enabled(if: Host.isRoot)) func rootBecomesAUserThatKeepsWhatItIsTold() async {
        await #expect(processExitsWith: .success) {
            let nobody = try #require(try UserAccount(named: "nobody"))
            try Privileges.become(
                nobody, keeping: [.netBindService, .netAdmin], inheriting: [.netBindService])
            #expect(getuid() == nobody.userID && geteuid() == nobody.userID && getegid() == nobody.groupID)
            #expect(setuid(0) == -1)
            #expect(try Privileges.has(.netBindService))
            #expect(try !Privileges.has(.bpf))
            // What a program has that it executes: no_new_privs does not take the ambient set away.
            let pair = try PacketChannel.makePair()
            let script = "grep -q '^CapEff:.0000000000000400$' /proc/self/status"
            let process = try ProcessSpawn.spawn(
                executable: "/bin/sh", arguments: ["sh", "-c", script], environment: [],
                inheriting: pair.second)
            var event = pollfd(fd: process.rawValue, events: Int16(POLLIN), revents: 0)
            poll(&event, 1, 10_000)
            #expect(try process.reap() == .exited(0))
        }
    }
}
