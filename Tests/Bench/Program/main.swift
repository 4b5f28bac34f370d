import Linux

// drover-bench steering|codec
//
// Takes figures that need no client, and prints them as a table.

do {
    switch CommandLine.arguments.dropFirst().first {
    case "steering": try SteeringBench.run()
    case "codec": CodecBench.run()
    default:
        StandardStream.error.write(line: "usage: drover-bench steering|codec")
        exitProcess(status: 64)
    }
} catch {
    StandardStream.error.write(line: "drover-bench: \(error)")
    exitProcess(status: 1)
}
