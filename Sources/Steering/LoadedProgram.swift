internal import CLibBPF
internal import Linux

/// One instance of the kernel program with its maps, for one listen address.
///
/// Owns them: they close with it. What the kernel still uses lives on: a reuseport group keeps the
/// program attached to it, and the program its maps. Nothing is pinned in the BPF file system.
final class LoadedProgram {
    /// The maps that all instances share; `sockets` is each one's own.
    private static let sharedMaps = ["configs", "ring", "placement", "pins", "counters"]

    private let object: OpaquePointer

    /// The program's descriptor, valid as long as this object.
    let descriptor: Int32
    let sockets: BPFMap
    let configs: BPFMap
    let ring: BPFMap
    let placement: BPFMap
    let pins: BPFMap
    let counters: BPFMap

    /// Loads the first instance, which makes the shared maps.
    convenience init(pinCapacity: Int) throws(SteeringError) {
        try self.init { object in
            bpf_map__set_max_entries(Self.findMap("pins", in: object), UInt32(pinCapacity))
        }
    }

    /// Loads another instance, on the maps of `first`.
    convenience init(sharing first: LoadedProgram) throws(SteeringError) {
        try self.init { object in
            for name in Self.sharedMaps {
                let descriptor = bpf_map__fd(Self.findMap(name, in: first.object))
                let status = bpf_map__reuse_fd(Self.findMap(name, in: object), descriptor)
                if status != 0 { return status }
            }
            return 0
        }
    }

    /// Opens the object, lets `prepare` change it, and loads it into the kernel. libbpf's functions
    /// return a negative error number.
    private init(prepare: (OpaquePointer) -> Int32) throws(SteeringError) {
        let ((opened, openError), openLog) = SteeringLog.capturing { Self.open() }
        guard let opened else { throw .load(openError, log: openLog.text) }

        let (status, log) = SteeringLog.capturing {
            let status = prepare(opened)
            return status == 0 ? bpf_object__load(opened) : status
        }
        guard status == 0 else {
            bpf_object__close(opened)
            throw .load(Errno(rawValue: -status), log: log.text)
        }
        object = opened
        descriptor = bpf_program__fd(bpf_object__find_program_by_name(opened, "steer"))
        sockets = BPFMap("sockets", in: opened)
        configs = BPFMap("configs", in: opened)
        ring = BPFMap("ring", in: opened)
        placement = BPFMap("placement", in: opened)
        pins = BPFMap("pins", in: opened)
        counters = BPFMap("counters", in: opened)
    }

    deinit {
        bpf_object__close(object)
    }

    /// The object, or nil and the error, which what comes after the call must not overwrite.
    private static func open() -> (OpaquePointer?, Errno) {
        "steer".withCString { name in
            var options = bpf_object_open_opts()
            options.sz = MemoryLayout<bpf_object_open_opts>.size
            options.object_name = name
            return SteerObject.octets.withUnsafeBytes { octets in
                (bpf_object__open_mem(octets.baseAddress, octets.count, &options), .current)
            }
        }
    }

    private static func findMap(_ name: String, in object: OpaquePointer) -> OpaquePointer {
        guard let map = bpf_object__find_map_by_name(object, name) else {
            preconditionFailure("steer.bpf.c has no map \(name)")
        }
        return map
    }
}

extension BPFMap {
    fileprivate init(_ name: String, in object: OpaquePointer) {
        let descriptor = bpf_map__fd(bpf_object__find_map_by_name(object, name))
        precondition(descriptor >= 0, "steer.bpf.c has no map \(name)")
        self.init(name: name, descriptor: descriptor)
    }
}
