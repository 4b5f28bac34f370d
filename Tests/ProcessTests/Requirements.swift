import Foundation
import Linux
import Testing

/// What a process test needs of the machine; without it the test is skipped, and says why. With
/// DROVER_REQUIRE_ALL=1 it is run and fails.
extension Trait where Self == ConditionTrait {
    private static func needs(_ isThere: Bool, _ why: Comment) -> Self {
        .enabled(if: ProcessInfo.processInfo.environment["DROVER_REQUIRE_ALL"] == "1" || isThere, why)
    }

    static var needsDrover: Self {
        needs(
            Executables.isExecutable(Executables.drover),
            "no program at \(Executables.drover.path): build it for release, or set DROVER_BINARY")
    }

    static var needsH3Echo: Self {
        needs(
            Executables.isExecutable(Executables.h3Echo),
            "no program at \(Executables.h3Echo.path): build it for release, or set DROVER_H3_ECHO_BINARY")
    }

    static var needsVisitor: Self {
        needs(
            Executables.isExecutable(Executables.visitor),
            "no program at \(Executables.visitor.path): build it for release, or set DROVER_VISITOR_BINARY")
    }

    static var needsEmbedded: Self {
        needs(
            Executables.isExecutable(Executables.embedded),
            "no program at \(Executables.embedded.path): build it for release, or set DROVER_EMBEDDED_BINARY")
    }

    static var needsRotatingEcho: Self {
        needs(
            Executables.isExecutable(Executables.rotatingEcho),
            "no program at \(Executables.rotatingEcho.path): build it for release, or set DROVER_ROTATING_ECHO_BINARY"
        )
    }

    /// Forged addresses take a raw socket.
    static var needsInitialFlood: Self {
        needs(
            Executables.isExecutable(Executables.initialFlood) && Host.isRoot,
            "forged addresses take root, and the program at \(Executables.initialFlood.path): build it for release, or set DROVER_INITIAL_FLOOD_BINARY"
        )
    }

    static var needsPython: Self {
        needs(
            Executables.isExecutable(Executables.python),
            "no Python at \(Executables.python.path): run scripts/test, or set DROVER_TEST_PYTHON")
    }

    /// Also where all requirements have to be met: Debian 12 has no Python that is new enough.
    static var needsPicoquic: Self {
        .enabled(
            if: Executables.isExecutable(Executables.picoquicPython),
            "no Python at \(Executables.picoquicPython.path): aiopquic needs Python 3.12, then run scripts/test"
        )
    }

    static var needsGTLSClient: Self {
        needs(Executables.gtlsclient != nil, "no gtlsclient in PATH: run scripts/install-deps --test")
    }

    static var needsPromtool: Self {
        needs(Executables.promtool != nil, "no promtool in PATH: run scripts/install-deps --test")
    }

    /// Quotas of processor time are compared with a host that has several.
    static var needsControlGroups: Self {
        .enabled(
            if: QuotaGroup.isPermitted,
            "no control group with a quota can be made: that takes root and two processors")
    }

    /// Steering in the kernel takes CAP_BPF.
    static var needsBPF: Self {
        needs(hasCapability(.bpf), "CAP_BPF is missing, so there is no steering to test")
    }

    /// Root may start the pool without a capability, to see what it says.
    static var needsRoot: Self {
        needs(Host.isRoot && Executables.setpriv != nil, "taking capabilities away needs root and setpriv")
    }

    /// The checks of unit files need no systemd that runs.
    static var needsSystemd: Self {
        needs(
            Executables.systemdAnalyze != nil, "no systemd-analyze in PATH: run scripts/install-deps --test")
    }

    static var needsNamespaces: Self {
        .enabled("network namespaces cannot be made: that takes root, CAP_SYS_ADMIN and iproute2") {
            if ProcessInfo.processInfo.environment["DROVER_REQUIRE_ALL"] == "1" { return true }
            return await Namespace.isPermitted()
        }
    }

    static var needsIPv6: Self {
        .enabled(if: (try? ReservedPort(SocketAddress("[::1]:0")!)) != nil, "the host has no ::1")
    }

    private static func hasCapability(_ capability: Privileges.Capability) -> Bool {
        (try? Privileges.has(capability)) == true
    }
}
