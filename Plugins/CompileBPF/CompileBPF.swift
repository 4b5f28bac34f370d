import Foundation
import PackagePlugin

/// Compiles `bpf/steer.bpf.c` with the toolchain's own clang and embeds the object in the target.
///
/// One command does it all: SwiftPM would bundle an object file between two commands as a resource.
@main
struct CompileBPF: BuildToolPlugin {
    func createBuildCommands(context: PluginContext, target: any Target) throws -> [Command] {
        let package = context.package.directoryURL
        let directory = package.appending(path: "bpf")
        let source = directory.appending(path: "steer.bpf.c")
        let output = context.pluginWorkDirectoryURL.appending(path: "SteerObject.swift")

        // v3 has the 32-bit instructions, and every kernel that the pool supports takes it.
        var flags = ["-target", "bpf", "-mcpu=v3", "-O2", "-g", "-Wall", "-Wextra", "-Werror"]
        // The verifier's log names the source lines: relative, so that all builds are alike.
        flags.append("-fdebug-prefix-map=\(package.path)/=")
        for include in multiarchIncludes { flags += ["-idirafter", include] }

        let clang = try context.tool(named: "clang").url
        let objcopy = try context.tool(named: "llvm-objcopy").url
        return [
            .buildCommand(
                displayName: "Compiling steer.bpf.c",
                executable: try context.tool(named: "bpf-embed").url,
                arguments: ["SteerObject", output.path, objcopy.path, clang.path, source.path] + flags,
                inputFiles: [source] + headers(in: directory),
                outputFiles: [output])
        ]
    }

    /// All headers under `directory`: a change to any of them compiles the program again.
    private func headers(in directory: URL) -> [URL] {
        let files = FileManager.default.enumerator(at: directory, includingPropertiesForKeys: nil)
        return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "h" }
            .sorted { $0.path < $1.path }
    }

    /// Where Debian keeps `asm/types.h`: clang does not look there when the target is not the host.
    private var multiarchIncludes: [String] {
        ["/usr/include/x86_64-linux-gnu", "/usr/include/aarch64-linux-gnu"]
            .filter { FileManager.default.fileExists(atPath: "\($0)/asm/types.h") }
    }
}
