import Linux

/// What the supervisor says on standard output, a line each; what happens to the pool goes to its log.
enum Report {
    /// What a script waits for.
    static func announce(_ text: String) {
        StandardStream.output.write(line: "drover: \(text)")
    }
}
