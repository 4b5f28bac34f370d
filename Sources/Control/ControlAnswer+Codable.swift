extension ControlAnswer: Codable {
    private enum Member: String, CodingKey {
        case version
        case status
        case resize
        case rotateKey = "rotate-key"
        case loadBalancerConfiguration = "lb-config"
        case error
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Member.self)
        try container.encode(Self.version, forKey: .version)
        switch self {
        case .status(let status): try container.encode(status, forKey: .status)
        case .resize(let resize): try container.encode(resize, forKey: .resize)
        case .rotateKey(let rotation): try container.encode(rotation, forKey: .rotateKey)
        case .loadBalancerConfiguration(let contract):
            try container.encode(contract, forKey: .loadBalancerConfiguration)
        case .error(let failure): try container.encode(failure, forKey: .error)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Member.self)
        let version = try container.decode(Int.self, forKey: .version)
        guard version == Self.version else {
            throw DecodingError.dataCorruptedError(
                forKey: .version, in: container, debugDescription: "version \(version)")
        }
        if let status = try container.decodeIfPresent(PoolStatus.self, forKey: .status) {
            self = .status(status)
        } else if let resize = try container.decodeIfPresent(Resize.self, forKey: .resize) {
            self = .resize(resize)
        } else if let rotation = try container.decodeIfPresent(RotateKey.self, forKey: .rotateKey) {
            self = .rotateKey(rotation)
        } else if let contract = try container.decodeIfPresent(
            PoolContract.self, forKey: .loadBalancerConfiguration)
        {
            self = .loadBalancerConfiguration(contract)
        } else {
            self = .error(try container.decode(StartupFailure.self, forKey: .error))
        }
    }
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
