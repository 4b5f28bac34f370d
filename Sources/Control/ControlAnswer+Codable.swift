extension ControlAnswer: Codable {
    private static let error = "error"
    private static let progress = "progress"

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        try container.encode(Self.version, forKey: MemberName("version"))
        func add(_ value: some Encodable, _ name: String) throws {
            try container.encode(value, forKey: MemberName(name))
        }
        func add(_ value: some Encodable, _ command: ControlCommand) throws {
            try add(value, command.rawValue)
        }
        switch self {
        case .status(let status): try add(status, .status)
        case .change(let command, let change): try add(change, command)
        case .done(let command): try add(Done(), command)
        case .upgrade(let upgrade): try add(upgrade, .upgrade)
        case .rotateKey(let rotation): try add(rotation, .rotateKey)
        case .loadBalancerConfiguration(let contract): try add(contract, .loadBalancerConfiguration)
        case .connections(let list): try add(list, .connections)
        case .progress(let progress): try add(progress, Self.progress)
        case .error(let failure): try add(failure, Self.error)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: MemberName.self)
        let versionName = MemberName("version")
        let version = try container.decode(Int.self, forKey: versionName)
        guard version == Self.version else {
            throw DecodingError.dataCorruptedError(
                forKey: versionName, in: container, debugDescription: "version \(version)")
        }
        func value<Value: Decodable>(_ name: String) throws -> Value {
            try container.decode(Value.self, forKey: MemberName(name))
        }
        let command = container.allKeys.lazy.compactMap { ControlCommand(rawValue: $0.stringValue) }.first
        guard let command else {
            self =
                container.contains(MemberName(Self.progress))
                ? .progress(try value(Self.progress)) : .error(try value(Self.error))
            return
        }
        let name = command.rawValue
        switch command {
        case .status: self = .status(try value(name))
        case .resize, .drain, .undrain, .restart: self = .change(command, try value(name))
        case .reload, .rotateSecrets, .close, .stop: self = .done(command)
        case .upgrade: self = .upgrade(try value(name))
        case .rotateKey: self = .rotateKey(try value(name))
        case .loadBalancerConfiguration: self = .loadBalancerConfiguration(try value(name))
        case .connections: self = .connections(try value(name))
        }
    }

    /// An object without members.
    private struct Done: Encodable {}
}

extension StartupFailure: Codable {
    private enum Member: String, CodingKey {
        case exitStatus, what, why, remedy
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Member.self)
        try container.encode(category.rawValue, forKey: .exitStatus)
        try container.encode(what, forKey: .what)
        try container.encode(why, forKey: .why)
        try container.encodeIfPresent(remedy, forKey: .remedy)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Member.self)
        let status = try container.decode(UInt8.self, forKey: .exitStatus)
        guard let category = Category(rawValue: status) else {
            throw DecodingError.dataCorruptedError(
                forKey: .exitStatus, in: container, debugDescription: "exit status \(status)")
        }
        self.init(
            category, try container.decode(String.self, forKey: .what),
            why: try container.decode(String.self, forKey: .why),
            remedy: try container.decodeIfPresent(String.self, forKey: .remedy))
    }
}
