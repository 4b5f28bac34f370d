internal import FuzzTargets
private import Glibc
private import Linux

/// The target that DROVER_FUZZ_TARGET names. From the environment because libFuzzer starts itself again, with
/// the arguments it knows.
let chosenTarget: FuzzTarget = {
    if let name = getenv("DROVER_FUZZ_TARGET"), let target = FuzzTarget(rawValue: String(cString: name)) {
        return target
    }
    let names = FuzzTarget.allCases.map(\.rawValue).joined(separator: ", ")
    StandardStream.error.write(line: "drover-fuzz: set DROVER_FUZZ_TARGET to one of \(names)")
    exitProcess(status: 64)
}()
