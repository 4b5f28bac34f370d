import QUICLB

/// A request's members, each of the type it has to have; null is as good as none.
struct RequestMembers {
    /// Ten years: longer is no time to wait, and would not fit the clock's arithmetic for ever.
    private static let longestSeconds = 10 * 365 * 86_400

    private let container: KeyedDecodingContainer<MemberName>

    init(_ decoder: any Decoder) throws {
        do {
            container = try decoder.container(keyedBy: MemberName.self)
        } catch {
            throw ControlRequest.invalid("it is no JSON object")
        }
    }

    func command() throws -> ControlCommand {
        let name = try text("command")
        guard let command = name.flatMap(ControlCommand.init(rawValue:)) else {
            let commands = ControlCommand.allCases.map(\.rawValue).joined(separator: ", ")
            throw ControlRequest.invalid(
                name.map { "there is no command \($0)" } ?? "it has no member command",
                remedy: "give one of \(commands)")
        }
        return command
    }

    /// Throws where there are others than those and `command`.
    func check(allowed: Set<String>, for command: ControlCommand) throws {
        let names = Set(container.allKeys.map(\.stringValue))
        if let unknown = names.subtracting(allowed).subtracting(["command"]).min() {
            throw ControlRequest.invalid("\(command.rawValue) has no member \(unknown)")
        }
    }

    func text(_ name: String) throws -> String? { try value(name, "a text") }

    func flag(_ name: String) throws -> Bool { try value(name, "true or false") ?? false }

    func seconds(_ name: String) throws -> Duration? {
        guard let number = try number(name) else { return nil }
        guard (0...Self.longestSeconds).contains(number) else {
            throw ControlRequest.invalid("\(name) must be 0 to \(Self.longestSeconds) seconds")
        }
        return .seconds(number)
    }

    func drainTimeout() throws -> Duration {
        try seconds("drainTimeout") ?? ControlRequest.defaultDrainTimeout
    }

    func workerCountChange() throws -> WorkerCountChange {
        switch (try number("workers"), try number("by")) {
        case (let count?, nil): return .to(count)
        case (nil, let count?): return .by(count)
        case (nil, nil), (_?, _?):
            throw ControlRequest.invalid("resize needs the member workers, or the member by")
        }
    }

    func slot() throws -> Slot? {
        guard let number = try number("slot") else { return nil }
        guard let slot = UInt8(exactly: number) else { throw ControlRequest.invalid("slot must be 0 to 255") }
        return Slot(rawValue: slot)
    }

    func neededSlot(for command: ControlCommand) throws -> Slot {
        guard let slot = try slot() else {
            throw ControlRequest.invalid("\(command.rawValue) needs the member slot")
        }
        return slot
    }

    func connection() throws -> ConnectionNumber {
        guard let connection = try text("connection").flatMap(ConnectionNumber.init) else {
            throw ControlRequest.invalid("close needs the member connection, such as 3.1042")
        }
        return connection
    }

    func code() throws -> UInt64 {
        guard let code = try number("code") else { return 0 }
        guard let value = UInt64(exactly: code), value < 1 << 62 else {
            throw ControlRequest.invalid("code must be 0 to \((1 as UInt64) << 62 - 1)")
        }
        return value
    }

    private func number(_ name: String) throws -> Int? { try value(name, "a whole number") }

    private func value<Value: Decodable>(_ name: String, _ kind: String) throws -> Value? {
        do {
            return try container.decodeIfPresent(Value.self, forKey: MemberName(name))
        } catch {
            throw ControlRequest.invalid("\(name) must be \(kind)")
        }
    }
}
