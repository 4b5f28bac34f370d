/// A YAML document of names with texts and lists of texts, and nothing else. JSON is YAML, too.
///
/// A text is as it is written: `0a`, `00` and `off` are no numbers and no Booleans. What nests deeper, or stands for
/// something said elsewhere, is refused at its first piece, so that what a document costs is bounded by its length.
struct YAMLMapping: Sendable {
    enum Value: Hashable, Sendable {
        /// - Parameter isNull: whether nothing was written, or the word for it.
        case text(String, isNull: Bool)
        case list([String])
    }

    struct Entry: Hashable, Sendable {
        let key: String
        let value: Value
        /// The first is 1.
        let line: Int
    }

    /// In the order of the document; a key may be there several times.
    private(set) var entries: [Entry] = []

    init(parsing octets: [UInt8]) throws(YAMLFault) {
        let reader = YAMLReader(octets)
        _ = try reader.next()
        if try reader.next().event == .streamEnd { return }
        try readDocument(reader)
        let (end, line) = try reader.next()
        guard end == .streamEnd else { throw YAMLFault(line: line, why: "there is another document") }
    }

    private mutating func readDocument(_ reader: YAMLReader) throws(YAMLFault) {
        let (root, line) = try reader.next()
        switch root {
        case .scalar(_, isNull: true): break
        case .mappingStart: while let entry = try Self.readEntry(reader) { entries.append(entry) }
        default: throw YAMLFault(line: line, why: "it is no list of names with their values")
        }
        _ = try reader.next()
    }

    /// Nil at the end of the mapping.
    private static func readEntry(_ reader: YAMLReader) throws(YAMLFault) -> Entry? {
        let (key, line) = try reader.next()
        switch key {
        case .mappingEnd: return nil
        case .scalar(let key, _): return Entry(key: key, value: try readValue(reader), line: line)
        default: throw YAMLFault(line: line, why: "a name is no text")
        }
    }

    private static func readValue(_ reader: YAMLReader) throws(YAMLFault) -> Value {
        let (value, line) = try reader.next()
        switch value {
        case .scalar(let text, let isNull): return .text(text, isNull: isNull)
        case .sequenceStart: return .list(try readList(reader))
        case .mappingStart: throw YAMLFault(line: line, why: "a value has names of its own")
        default: throw markedFault(line)
        }
    }

    private static func readList(_ reader: YAMLReader) throws(YAMLFault) -> [String] {
        var texts: [String] = []
        while true {
            let (element, line) = try reader.next()
            switch element {
            case .sequenceEnd: return texts
            case .scalar(let text, _): texts.append(text)
            case .sequenceStart, .mappingStart:
                throw YAMLFault(line: line, why: "a list has something else than texts in it")
            default: throw markedFault(line)
            }
        }
    }

    private static func markedFault(_ line: Int) -> YAMLFault {
        YAMLFault(line: line, why: "anchors, aliases and tags are not taken")
    }
}
