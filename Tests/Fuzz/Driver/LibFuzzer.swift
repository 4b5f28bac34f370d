#if FUZZING

    private import FuzzTargets
    private import Linux

    /// Makes inputs for the chosen target as the arguments, libFuzzer's, say.
    func runLibFuzzer() -> Never {
        _ = chosenTarget
        var count = CommandLine.argc
        var arguments = CommandLine.unsafeArgv
        let status = runDriver(&count, &arguments) { bytes, count in
            chosenTarget.run(UnsafeRawBufferPointer(start: bytes, count: count))
            return 0
        }
        exitProcess(status: status)
    }

    /// Called by a `main` of ours, as SwiftPM renames an executable's and links no other.
    @_silgen_name("LLVMFuzzerRunDriver")
    private func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ test: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
    ) -> CInt

#endif
