package import QUICLB

/// The forms of the kernel program, best first. Which of them the kernel takes depends on the process's capabilities.
package enum ProgramForm: String, CaseIterable, Sendable {
    /// AES inline: needs CAP_BPF and CAP_PERFMON.
    case inline
    /// AES by calls of global functions, three to four times slower: needs CAP_BPF.
    case calls
    /// Without AES: needs CAP_BPF.
    case plaintext

    /// The program's name in the object.
    var programName: String { "steer_\(rawValue)" }

    /// Whether connection IDs of the codec are decoded.
    package func decodes(_ codec: PoolCodec) -> Bool { self != .plaintext || !codec.isKeyed }

    /// Those to try for a pool with these connection IDs: what needs no AES is not given it.
    static func candidates(for codecs: [PoolCodec]) -> [ProgramForm] {
        codecs.contains(where: \.isKeyed) ? allCases : [.plaintext]
    }
}
