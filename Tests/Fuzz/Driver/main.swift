private import FuzzTargets
private import Linux

// Built with FUZZING it runs libFuzzer; else it gives the chosen target the files that are arguments.

#if FUZZING
    runLibFuzzer()
#else
    for path in CommandLine.arguments.dropFirst() {
        StandardStream.output.write(line: path)
        do throws(Errno) {
            try File.contents(of: path).withUnsafeBytes { chosenTarget.run($0) }
        } catch {
            StandardStream.error.write(line: "drover-fuzz: read \(path): \(error)")
            exitProcess(status: 66)
        }
    }
#endif
