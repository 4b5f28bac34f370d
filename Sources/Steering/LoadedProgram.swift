internal import CLibBPF
internal import Linux
internal import SteerABI

/// One instance of the kernel program with its maps, for one listen address.
///
/// Owns them: they close with it. What the kernel still uses lives on: a reuseport group keeps the
/// program attached to it, and the program its maps. Nothing is pinned in the BPF file system.
final class LoadedProgram {
    /// The maps that all instances share; `sockets` is each one's own.
    private static let sharedMaps = ["configs", "ring", "placement", "pins", "counters"]

    private let object: OpaquePointer
    let form: ProgramForm

    /// The program's descriptor, valid as long as this object.
    let descriptor: Int32
    let sockets: BPFMap
    let configs: BPFMap
    let ring: BPFMap
    let placement: BPFMap
    let pins: BPFMap
    let counters: BPFMap

    /// Loads the first instance, which makes the shared maps.
    convenience init(_ form: ProgramForm, pinCapacity: Int) throws(SteeringError) {
        try self.init(form) { object in
            bpf_map__set_max_entries(Self.findMap("pins", in: object), UInt32(pinCapacity))
        }
    }

    /// Loads another instance, on the maps of `first`.
    convenience init(sharing first: LoadedProgram) throws(SteeringError) {
        try self.init(first.form) { object in
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
    private init(_ form: ProgramForm, prepare: (OpaquePointer) -> Int32) throws(SteeringError) {
        let ((opened, openError), openLog) = SteeringLog.capturing { Self.open() }
        guard let opened else { throw .load(openError, log: openLog.text) }

        Self.choose(form, in: opened)
        Self.fillTables(in: opened)
        let (status, log) = SteeringLog.capturing {
            let status = prepare(opened)
            return status == 0 ? bpf_object__load(opened) : status
        }
        guard status == 0 else {
            bpf_object__close(opened)
            throw .load(Errno(rawValue: -status), log: log.text)
        }
        object = opened
        self.form = form
        descriptor = bpf_program__fd(bpf_object__find_program_by_name(opened, form.programName))
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

    /// Leaves the other forms of the program out.
    private static func choose(_ form: ProgramForm, in object: OpaquePointer) {
        for other in ProgramForm.allCases {
            let program = bpf_object__find_program_by_name(object, other.programName)
            bpf_program__set_autoload(program, other == form)
        }
    }

    private static func fillTables(in object: OpaquePointer) {
        var size = 0
        guard let memory = bpf_map__initial_value(findMap(".rodata", in: object), &size),
            size == MemoryLayout<steer_tables>.size
        else { preconditionFailure("steer.bpf.c has other read-only data than its tables") }
        let tables = UnsafeMutableRawPointer(mutating: memory)
        steer_tables.write(to: tables.assumingMemoryBound(to: steer_tables.self))
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
