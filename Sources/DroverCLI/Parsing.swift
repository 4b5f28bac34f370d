import ArgumentParser
import Drover
import QUICLB

/// The values of options, from text.
enum Parsing {
    static func address(_ text: String) throws -> ListenAddress {
        guard let address = ListenAddress(text) else {
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
}
