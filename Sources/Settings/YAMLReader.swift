internal import CLibYAML

/// What a YAML document consists of, piece by piece, as libyaml finds it. It holds one piece at a time.
final class YAMLReader {
    enum Event: Hashable {
        /// - Parameter isNull: whether it is nothing, or the word for it, without quotation marks.
        case scalar(String, isNull: Bool)
        case sequenceStart, sequenceEnd
        case mappingStart, mappingEnd
        case documentStart, documentEnd
        case streamStart, streamEnd
        /// What stands for something said elsewhere, or has a name or a type of its own: `*name`, `&name`, `!type`.
        case marked
    }

    private let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
    private let text: UnsafeMutableBufferPointer<UInt8>

    init(_ octets: [UInt8]) {
        // libyaml keeps a pointer to both.
        text = .allocate(capacity: octets.count)
        _ = text.initialize(from: octets)
        guard yaml_parser_initialize(parser) == 1 else { preconditionFailure("libyaml has no memory") }
        yaml_parser_set_input_string(parser, text.baseAddress, text.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        text.deallocate()
    }

    /// The next piece and its line, the first of which is 1.
    ///
    /// - Throws: where the text is not YAML. There is nothing to read then any more.
    func next() throws(YAMLFault) -> (event: Event, line: Int) {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else {
            throw YAMLFault(
                line: Int(parser.pointee.problem_mark.line) + 1,
                why: parser.pointee.problem.map { String(cString: $0) } ?? "it is not YAML")
        }
        defer { yaml_event_delete(&event) }
        return (Event(event), Int(event.start_mark.line) + 1)
    }
}

/// Why a text is not what it should be.
struct YAMLFault: Error, Hashable {
    /// The first is 1.
    let line: Int
    let why: String
}

extension YAMLReader.Event {
    fileprivate init(_ event: yaml_event_t) {
        switch event.type {
        case YAML_STREAM_START_EVENT: self = .streamStart
        case YAML_DOCUMENT_START_EVENT: self = .documentStart
        case YAML_DOCUMENT_END_EVENT: self = .documentEnd
        case YAML_ALIAS_EVENT: self = .marked
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let octets = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = String(decoding: octets, as: UTF8.self)
            let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE
            self =
                scalar.anchor == nil && scalar.tag == nil
                ? .scalar(text, isNull: isPlain && Self.nulls.contains(text)) : .marked
        case YAML_SEQUENCE_START_EVENT:
            let start = event.data.sequence_start
            self = start.anchor == nil && start.tag == nil ? .sequenceStart : .marked
        case YAML_SEQUENCE_END_EVENT: self = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = event.data.mapping_start
            self = start.anchor == nil && start.tag == nil ? .mappingStart : .marked
        case YAML_MAPPING_END_EVENT: self = .mappingEnd
        // And none, which follows the end.
        default: self = .streamEnd
        }
    }

    private static let nulls = ["", "~", "null", "Null", "NULL"]
}
