extension ControlRequest: Codable {
    private enum Command: String, CaseIterable {
        case status
        case resize
        case rotateKey = "rotate-key"
        case loadBalancerConfiguration = "lb-config"

        /// The members that a request may have besides `command`.
        var members: Set<String> {
            switch self {
            case .status, .loadBalancerConfiguration: []
            case .resize: ["workers", "drainTimeout"]
            case .rotateKey: ["key", "grace"]
            }
        }
    }

    /// - Throws: a `StartupFailure` that says what is wrong with the request.
    package init(from decoder: any Decoder) throws {
        let members = try Members(decoder)
        let name = try members.text("command")
        guard let name, let command = Command(rawValue: name) else {
            let commands = Command.allCases.map(\.rawValue).joined(separator: ", ")
            throw Self.invalid(
                name.map { "there is no command \($0)" } ?? "it has no member command",
                remedy: "give one of \(commands)")
        }
        if let unknown = members.names.subtracting(command.members).subtracting(["command"]).min() {
            throw Self.invalid("\(name) has no member \(unknown)")
        }
        switch command {
        case .status: self = .status
        case .loadBalancerConfiguration: self = .loadBalancerConfiguration
        case .resize:
            guard let workers = try members.number("workers") else {
                throw Self.invalid("resize needs the member workers")
            }
            self = .resize(
                workers: workers,
                drainTimeout: try members.seconds("drainTimeout") ?? Self.defaultDrainTimeout)
        case .rotateKey:
            self = .rotateKey(
                key: try members.text("key"), grace: try members.seconds("grace") ?? Self.defaultGrace)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        func encode(_ command: Command) throws {
            try container.encode(command.rawValue, forKey: MemberName("command"))
        }
        switch self {
        case .status: try encode(.status)
        case .loadBalancerConfiguration: try encode(.loadBalancerConfiguration)
        case .resize(let workers, let drainTimeout):
            try encode(.resize)
            try container.encode(workers, forKey: MemberName("workers"))
            try container.encode(drainTimeout.components.seconds, forKey: MemberName("drainTimeout"))
        case .rotateKey(let key, let grace):
            try encode(.rotateKey)
            try container.encodeIfPresent(key, forKey: MemberName("key"))
            try container.encode(grace.components.seconds, forKey: MemberName("grace"))
        }
    }

    /// Ten years: longer is no time to wait, and would not fit the clock's arithmetic for ever.
    private static let longestSeconds = 10 * 365 * 86_400

    /// The failure of a request that says something else than it may.
    package static func invalid(_ why: String, remedy: String? = nil) -> StartupFailure {
        StartupFailure(.usage, "request", why: why, remedy: remedy)
    }

    /// A request's members, each of the type it has to have; null is as good as none.
    private struct Members {
        private let container: KeyedDecodingContainer<MemberName>

        init(_ decoder: any Decoder) throws {
            do {
                container = try decoder.container(keyedBy: MemberName.self)
            } catch {
                throw invalid("it is no JSON object")
            }
        }

        var names: Set<String> { Set(container.allKeys.map(\.stringValue)) }

        func text(_ name: String) throws -> String? { try value(name, "a text") }

        func number(_ name: String) throws -> Int? { try value(name, "a whole number") }

        func seconds(_ name: String) throws -> Duration? {
            guard let number = try number(name) else { return nil }
            guard (0...longestSeconds).contains(number) else {
                throw invalid("\(name) must be 0 to \(longestSeconds) seconds")
            }
            return .seconds(number)
        }

        private func value<Value: Decodable>(_ name: String, _ kind: String) throws -> Value? {
            do {
                return try container.decodeIfPresent(Value.self, forKey: MemberName(name))
            } catch {
                throw invalid("\(name) must be \(kind)")
            }
        }
    }
}
