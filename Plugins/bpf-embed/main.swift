// bpf-embed NAME OUTPUT OBJCOPY CLANG SOURCE [FLAG ...]
//
// Compiles the BPF program SOURCE with CLANG, strips it with OBJCOPY, and writes the Swift source
// OUTPUT, in which `NAME.octets` is the object.
import Foundation

/// Runs a program, and ends this one with its status where it fails: it has said why.
func run(_ executable: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { exit(process.terminationStatus) }
}

/// Swift source for an array of the octets.
func embed(_ octets: [UInt8], as name: String) -> String {
    var lines = [
        "/// A compiled BPF program: an ELF object.",
        "enum \(name) {",
        "    static let octets: [UInt8] = [",
    ]
    for start in stride(from: 0, to: octets.count, by: 16) {
        let row = octets[start..<min(start + 16, octets.count)].map { "\($0)" }
        lines.append("        \(row.joined(separator: ", ")),")
    }
    lines += ["    ]", "}", ""]
    return lines.joined(separator: "\n")
}

let arguments = CommandLine.arguments
guard arguments.count >= 6 else {
    let usage = "usage: bpf-embed NAME OUTPUT OBJCOPY CLANG SOURCE [FLAG ...]\n"
    FileHandle.standardError.write(Data(usage.utf8))
    exit(64)
}
let (name, output, objcopy, clang, source) = (
    arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]
)
let object = output + ".o"
try run(clang, arguments[6...] + ["-c", source, "-o", object])
// DWARF goes; BTF, from which libbpf reads the map definitions, stays.
try run(objcopy, ["--strip-debug", object])
let octets = [UInt8](try Data(contentsOf: URL(filePath: object)))
try Data(embed(octets, as: name).utf8).write(to: URL(filePath: output))
