internal import Transport

/// The input is a threshold of Retire Prior To, two octets, and the payload of a 1-RTT packet.
func fuzzFrames(_ bytes: UnsafeRawBufferPointer) {
    var reader = InputReader(bytes)
    let threshold = UInt64(reader.octet()) << 8 | UInt64(reader.octet())
    let payload = Array(reader.rest)
    let frames = walk(payload)

    // Octets behind show what is written beyond.
    let margin = 8
    var written = payload + [UInt8](repeating: 0xee, count: payload.count + margin)
    let count = written.withUnsafeMutableBytes { octets in
        RetirePriorTo(threshold: threshold).write(
            to: UnsafeMutableRawBufferPointer(rebasing: octets.dropLast(margin)), count: payload.count)
    }
    precondition(written.suffix(margin).allSatisfy { $0 == 0xee }, "wrote beyond")
    // A frame has more octets than its field ever grows by.
    guard let count else { preconditionFailure("no room where there is enough") }
    precondition(count >= payload.count)
    written.removeLast(written.count - count)
    check(walk(written), of: written, against: frames, of: payload, threshold: threshold)
}

private func walk(_ payload: [UInt8]) -> [FrameWalker.Frame] {
    payload.withUnsafeBytes { octets in
        var walker = FrameWalker(octets)
        var frames: [FrameWalker.Frame] = []
        var end = 0
        while let frame = walker.next() {
            precondition(frame.range.lowerBound == end && !frame.range.isEmpty, "frames are not in a row")
            precondition(frame.range.upperBound <= octets.count, "a frame beyond the payload")
            precondition(frame.type == octets[end])
            end = frame.range.upperBound
            frames.append(frame)
        }
        return frames
    }
}

private func check(
    _ frames: [FrameWalker.Frame], of payload: [UInt8], against before: [FrameWalker.Frame],
    of payloadBefore: [UInt8], threshold: UInt64
) {
    precondition(frames.count == before.count, "other frames than before")
    for (frame, before) in zip(frames, before) {
        guard frame.type == FrameWalker.newConnectionID else {
            precondition(payload[frame.range] == payloadBefore[before.range], "another frame was changed")
            continue
        }
        var (reader, readerBefore) = (payload[frame.range], payloadBefore[before.range])
        reader = reader[frame.secondField...]
        readerBefore = readerBefore[before.secondField...]
        precondition(takeInteger(&reader) == min(threshold, frame.firstField), "another Retire Prior To")
        _ = takeInteger(&readerBefore)
        precondition(frame.firstField == before.firstField && reader.elementsEqual(readerBefore))
    }
    let rest = payload[(frames.last?.range.upperBound ?? 0)...]
    precondition(rest.elementsEqual(payloadBefore[(before.last?.range.upperBound ?? 0)...]))
}

/// RFC 9000 §16
private func takeInteger(_ octets: inout ArraySlice<UInt8>) -> UInt64 {
    let count = 1 << Int(octets.first! >> 6)
    let value = octets.prefix(count).reduce(0) { $0 << 8 | UInt64($1) } & (1 << (UInt64(count) * 8 - 2) - 1)
    octets = octets.dropFirst(count)
    return value
}
