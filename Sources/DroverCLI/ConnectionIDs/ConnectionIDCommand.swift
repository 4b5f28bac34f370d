import ArgumentParser

/// `drover cid`
struct ConnectionIDCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cid",
        abstract: "Make and read QUIC-LB connection IDs.",
        discussion: "Needs no pool: the options say how its connection IDs are made.",
        subcommands: [EncodeConnectionID.self, DecodeConnectionID.self, ExplainConnectionID.self])
}
