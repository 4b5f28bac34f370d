package import Linux

/// The descriptors of a loaded program and its maps, by which the next program of this process goes on with them.
package struct SteeringHandover: Codable, Hashable, Sendable {
    /// The program's instance for one listen address.
    package struct Instance: Codable, Hashable, Sendable {
        package var address: String
        package var program: Int32
        package var sockets: Int32
    }

    package var form: String
    /// Of the object file that the program came from.
    package var digest: UInt64
    package var epoch: UInt32
    /// The maps that all instances share, by name.
    package var maps: [String: Int32]
    package var instances: [Instance]

    /// Calls `body` with each descriptor, to put another in its place.
    package mutating func forEachDescriptor(
        _ body: (inout Int32) throws(Errno) -> Void
    ) throws(Errno) {
        for name in maps.keys { try body(&maps[name]!) }
        for index in instances.indices {
            try body(&instances[index].program)
            try body(&instances[index].sockets)
        }
    }
}
