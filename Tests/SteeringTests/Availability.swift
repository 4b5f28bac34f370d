import Linux
import Placement
import Steering
import Testing

/// Whether this process may load programs at all: one that is refused for another reason is a failure.
/// With DROVER_REQUIRE_ALL=1 that is a failure, too.
enum Kernel {
    private static let isRequired = Host.environment("DROVER_REQUIRE_ALL") == "1"

    private static let isPermitted: Bool = {
        do throws(SteeringError) {
            _ = try KernelSteering(configurations: [], hash: PlacementHash(key: (0, 0)))
            return true
        } catch {
            return error.underlying != .notPermitted
        }
    }()

    static let trait: ConditionTrait = .enabled(
        if: isRequired || isPermitted, "steering in the kernel needs CAP_BPF")

    /// Whether this process may have the kernel time programs.
    private static let mayTime: Bool = {
        do throws(SteeringError) {
            _ = try KernelSteering.enableRunStatistics()
            return isPermitted
        } catch {
            return error.underlying != .notPermitted
        }
    }()

    static let timingTrait: ConditionTrait = .enabled(
        if: isRequired || mayTime, "timing programs needs CAP_SYS_ADMIN")
}
