internal import QUICLB

extension ControlRequest: Codable {
    /// - Throws: a `StartupFailure` that says what is wrong with the request.
    package init(from decoder: any Decoder) throws {
        let members = try RequestMembers(decoder)
        let command = try members.command()
        try members.check(allowed: command.members, for: command)
        switch command {
        case .status: self = .status
        case .resize:
            self = .resize(
                try members.workerCountChange(), drainTimeout: try members.drainTimeout(),
                waits: try members.flag("wait"))
        case .drain:
            self = .drain(
                try members.neededSlot(for: command), timeout: try members.drainTimeout(),
                waits: try members.flag("wait"))
        case .undrain: self = .undrain(try members.neededSlot(for: command))
        case .restart: self = .restart(try members.slot(), drainTimeout: try members.drainTimeout())
        case .reload: self = .reload
        case .upgrade:
            self = .upgrade(binary: try members.text("binary"), drainTimeout: try members.drainTimeout())
        case .rotateKey:
            self = .rotateKey(
                key: try members.text("key"), grace: try members.seconds("grace") ?? Self.defaultGrace)
        case .rotateSecrets: self = .rotateSecrets
        case .loadBalancerConfiguration: self = .loadBalancerConfiguration
        case .connections:
            self = .connections(slot: try members.slot(), peer: try members.text("peer"))
        case .close:
            self = .close(
                try members.connection(), code: try members.code(),
                reason: try members.text("reason") ?? Self.defaultCloseReason)
        case .stop: self = .stop(now: try members.flag("now"))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: MemberName.self)
        func add(_ value: (some Encodable)?, _ name: String) throws {
            try container.encodeIfPresent(value, forKey: MemberName(name))
        }
        func add(_ time: Duration, _ name: String) throws { try add(time.components.seconds, name) }
        try add(command.rawValue, "command")
        switch self {
        case .status, .reload, .rotateSecrets, .loadBalancerConfiguration: break
        case .resize(let change, let drainTimeout, let waits):
            switch change {
            case .to(let count): try add(count, "workers")
            case .by(let count): try add(count, "by")
            }
            try add(drainTimeout, "drainTimeout")
            try add(waits, "wait")
        case .drain(let slot, let timeout, let waits):
            try add(slot.rawValue, "slot")
            try add(timeout, "drainTimeout")
            try add(waits, "wait")
        case .undrain(let slot): try add(slot.rawValue, "slot")
        case .restart(let slot, let drainTimeout):
            try add(slot?.rawValue, "slot")
            try add(drainTimeout, "drainTimeout")
        case .upgrade(let binary, let drainTimeout):
            try add(binary, "binary")
            try add(drainTimeout, "drainTimeout")
        case .rotateKey(let key, let grace):
            try add(key, "key")
            try add(grace, "grace")
        case .connections(let slot, let peer):
            try add(slot?.rawValue, "slot")
            try add(peer, "peer")
        case .close(let connection, let code, let reason):
            try add(connection.description, "connection")
            try add(code, "code")
            try add(reason, "reason")
        case .stop(let now): try add(now, "now")
        }
    }

    package var command: ControlCommand {
        switch self {
        case .status: .status
        case .resize: .resize
        case .drain: .drain
        case .undrain: .undrain
        case .restart: .restart
        case .reload: .reload
        case .upgrade: .upgrade
        case .rotateKey: .rotateKey
        case .rotateSecrets: .rotateSecrets
        case .loadBalancerConfiguration: .loadBalancerConfiguration
        case .connections: .connections
        case .close: .close
        case .stop: .stop
        }
    }

    /// The failure of a request that says something else than it may.
    package static func invalid(_ why: String, remedy: String? = nil) -> StartupFailure {
        StartupFailure(.usage, "request", why: why, remedy: remedy)
    }
}

extension ControlCommand {
    /// The members that a request may have besides `command`.
    fileprivate var members: Set<String> {
        switch self {
        case .status, .reload, .rotateSecrets, .loadBalancerConfiguration: []
        case .resize: ["workers", "by", "drainTimeout", "wait"]
        case .drain: ["slot", "drainTimeout", "wait"]
        case .undrain: ["slot"]
        case .restart: ["slot", "drainTimeout"]
        case .upgrade: ["binary", "drainTimeout"]
        case .rotateKey: ["key", "grace"]
        case .connections: ["slot", "peer"]
        case .close: ["connection", "code", "reason"]
        case .stop: ["now"]
        }
    }
}
