/// How a worker is started: as this executable again, unless a test says otherwise.
package struct WorkerCommand: Sendable {
    package var executable: String
    package var arguments: [String]

    package init(executable: String = "/proc/self/exe", arguments: [String] = CommandLine.arguments) {
        self.executable = executable
        self.arguments = arguments
    }
}
