private import Foundation

/// A test vector of QUIC-LB: of the draft, or made by an independent implementation of it.
package struct QUICLBVector: Decodable, Sendable, CustomStringConvertible {
    /// The codepoint of the configuration.
    package let codepoint: UInt8
    /// `plaintext`, `singlepass` or `fourpass`.
    package let algorithm: String
    // In hexadecimal.
    package let key: String?
    package let serverID: String
    package let nonce: String
    package let connectionID: String
    /// Set for a row that the draft has wrong: a note beside it says how.
    private let isAsPrinted: Bool?

    private enum CodingKeys: String, CodingKey {
        case codepoint = "cr"
        case algorithm = "alg"
        case key
        case serverID = "sid"
        case nonce
        case connectionID = "cid"
        case isAsPrinted = "as_printed"
    }

    package var description: String { "\(algorithm) \(connectionID)" }

    /// The draft's own, without the malformed one, which is there in a corrected form.
    package static let draft = load("quic-lb-draft.json").filter { $0.isAsPrinted != true }
    /// 720: every legal pair of lengths.
    package static let generated = load("quic-lb-generated.json")

    private struct File: Decodable {
        let vectors: [QUICLBVector]
    }

    private static func load(_ name: String) -> [QUICLBVector] {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Vectors")
        let data = try! Data(contentsOf: directory.appending(path: name))
        return try! JSONDecoder().decode(File.self, from: data).vectors
    }
}
