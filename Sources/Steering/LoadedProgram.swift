internal import CLibBPF
private import Glibc
internal import Linux
internal import SteerABI

/// One instance of the kernel program with its maps, for one listen address.
///
/// Owns them: they close with it. What the kernel still uses lives on: a reuseport group keeps the
/// program attached to it, and the program its maps. Nothing is pinned in the BPF file system.
final class LoadedProgram {
    /// Nil where another program of this process loaded it: then the descriptors are owned.
    private let object: OpaquePointer?
    private var ownedDescriptors: [Int32] = []
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
        let maps = first.sharedMaps
        try self.init(first.form) { object in
            Self.reuse(maps, in: object)
        }
    }

    /// Loads an instance of this program's own object in the place of one of another's, on all its maps.
    convenience init(replacing former: LoadedProgram) throws(SteeringError) {
        let maps = former.maps
        try self.init(former.form) { object in Self.reuse(maps, in: object) }
    }

    /// Has the object take these maps for its own of the same names. Returns 0 or a negative error number.
    private static func reuse(_ maps: [BPFMap], in object: OpaquePointer) -> Int32 {
        for map in maps {
            let status = bpf_map__reuse_fd(findMap(map.name, in: object), map.descriptor)
            if status != 0 { return status }
        }
        return 0
    }

    /// Goes on with an instance that another program of this process loaded.
    ///
    /// - Parameters:
    ///   - maps: the shared ones, which the caller keeps open if `ownsMaps` is false.
    init(
        adopting instance: SteeringHandover.Instance, form: ProgramForm, maps: [String: Int32], ownsMaps: Bool
    ) throws(SteeringError) {
        func map(_ name: String) throws(SteeringError) -> BPFMap {
            guard let descriptor = maps[name] else {
                throw SteeringError(.load, "go on with the kernel program", detail: "it has no map \(name)")
            }
            return BPFMap(name: name, descriptor: descriptor)
        }
        object = nil
        self.form = form
        descriptor = instance.program
        sockets = BPFMap(name: "sockets", descriptor: instance.sockets)
        configs = try map("configs")
        ring = try map("ring")
        placement = try map("placement")
        pins = try map("pins")
        counters = try map("counters")
        ownedDescriptors = [instance.program, instance.sockets] + (ownsMaps ? Array(maps.values) : [])
    }

    /// All maps, its own first.
    var maps: [BPFMap] { [sockets] + sharedMaps }
    /// Those that all instances share; `sockets` is each one's own.
    var sharedMaps: [BPFMap] { [configs, ring, placement, pins, counters] }

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
        if let object { bpf_object__close(object) }
        for descriptor in ownedDescriptors { close(descriptor) }
    }

    /// Tells one object file from another: FNV-1a of its octets.
    static let digest = SteerObject.octets.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, octet in
        (hash ^ UInt64(octet)) &* 0x100_0000_01b3
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
