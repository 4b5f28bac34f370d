import ArgumentParser
import Control
import Drover
import Linux
import LoadBalancing
import QUICLB

/// The values of options, from text.
enum Parsing {
    static func address(_ text: String) throws -> Endpoint {
        guard let address = Endpoint(text) else {
            throw ValidationError("give an IP address and a port, such as 127.0.0.1:4433 or [::1]:4433")
        }
        return address
    }

    static func workerCount(_ text: String) throws -> PoolOptions.WorkerCount {
        if text == "auto" { return .automatic }
        guard let count = Int(text), (1...256).contains(count) else {
            throw ValidationError("give a number from 1 to 256, or auto")
        }
        return .exactly(count)
    }

    static func workerCountChange(_ text: String) throws -> WorkerCountChange {
        guard let count = Int(text) else {
            throw ValidationError("give a number, or one with + or - before it")
        }
        return text.hasPrefix("+") || text.hasPrefix("-") ? .by(count) : .to(count)
    }

    static func slot(_ text: String) throws -> Slot {
        guard let slot = UInt8(text) else { throw ValidationError("give a number from 0 to 255") }
        return Slot(rawValue: slot)
    }

    static func connection(_ text: String) throws -> ConnectionNumber {
        guard let connection = ConnectionNumber(text) else {
            throw ValidationError("give a slot, a dot and a number, such as 3.1042")
        }
        return connection
    }

    static func host(_ text: String) throws -> String {
        guard let address = SocketAddress("\(text):0") ?? SocketAddress("[\(text)]:0") else {
            throw ValidationError("give an IP address, such as 192.0.2.7 or 2001:db8::7")
        }
        // As the pool writes it.
        return address.host
    }

    static func hostID(_ text: String) throws -> HostID {
        guard let octets = Hexadecimal.decode(text), let hostID = HostID(octets) else {
            throw ValidationError("give 1 to 14 octets in hexadecimal, such as 0a1b")
        }
        return hostID
    }

    static func directory(_ text: String) throws -> String {
        guard !text.isEmpty else { throw ValidationError("give a path, not nothing") }
        return text
    }

    static func steering(_ text: String) throws -> PoolOptions.Steering {
        guard let steering = PoolOptions.Steering(rawValue: text) else {
            throw ValidationError("give auto, ebpf, forward or off")
        }
        return steering
    }

    static func duration(_ text: String) throws -> Duration {
        guard let duration = OptionDuration.parse(text) else {
            throw ValidationError("give a time such as 30s, 5m or 12h")
        }
        return duration
    }

    static func choice<Value: CaseIterable & RawRepresentable<String>>(_ text: String) throws -> Value {
        guard let value = Value(rawValue: text) else {
            let names = Value.allCases.map(\.rawValue)
            throw ValidationError("give \(names.dropLast().joined(separator: ", ")) or \(names.last!)")
        }
        return value
    }

    static func automatic(_ text: String) throws -> Bool {
        switch text {
        case "auto": return true
        case "off": return false
        default: throw ValidationError("give auto or off")
        }
    }

    static func octets(_ text: String) throws -> [UInt8] {
        guard let octets = Hexadecimal.decode(text) else {
            throw ValidationError("give octets in hexadecimal, two digits each")
        }
        return octets
    }

    static func connectionID(_ text: String) throws -> ConnectionID {
        guard let id = try ConnectionID(octets(text)), id.count > 0 else {
            throw ValidationError("give 1 to 20 octets in hexadecimal")
        }
        return id
    }

    static func configurationID(_ text: String) throws -> ConfigurationID {
        guard let id = UInt8(text).flatMap(ConfigurationID.init(rawValue:)) else {
            throw ValidationError("give a number from 0 to 6")
        }
        return id
    }

    static func firstOctet(_ text: String) throws -> Configuration.FirstOctet {
        switch text {
        case "length": return .encodesLength
        case "random": return .random
        default: throw ValidationError("give length or random")
        }
    }

    static func format(_ text: String) throws -> LoadBalancerFormat {
        guard let format = LoadBalancerFormat(rawValue: text) else {
            throw ValidationError("give yang-json, aws or envoy")
        }
        return format
    }

    static func preset(_ text: String) throws -> ConnectionIDOptions.Preset {
        guard let preset = ConnectionIDOptions.Preset(rawValue: text) else {
            throw ValidationError("give keyed, plaintext or aws-nlb")
        }
        return preset
    }
}

extension CompletionKind {
    /// The names of the cases, for the shell to offer.
    static func choices<Value: CaseIterable & RawRepresentable<String>>(of _: Value.Type) -> CompletionKind {
        .list(Value.allCases.map(\.rawValue))
    }
}
