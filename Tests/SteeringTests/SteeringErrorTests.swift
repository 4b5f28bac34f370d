import Linux
import Steering
import Testing

@Suite("Steering errors")
struct SteeringErrorTests {
    @Test("a missing capability: what to do")
    func permission() {
        let error = SteeringError.load(.notPermitted, log: "libbpf: failed to load object 'steer'\n")
        #expect(
            error.description == """
                steering: load steer.bpf.o: EPERM (Operation not permitted); \
                needs CAP_BPF
                """)
        #expect(error.code == .load)
        #expect(error.isPermission)
    }

    @Test("a refusal of the verifier: its last line, and the log whole")
    func verifier() {
        let log = """
            libbpf: prog 'steer': BPF program load failed: Permission denied
            libbpf: prog 'steer': -- BEGIN PROG LOAD LOG --
            0: R1=ctx() R10=fp0
            ; if (packet[FIRST_OCTET] & 0x80) { @ parse.h:50
            9: (71) r1 = *(u8 *)(r2 +8)
            invalid access to packet, off=8 size=1, R2(id=0,off=8,r=0)
            processed 10 insns (limit 1000000) max_states_per_insn 0 total_states 1
            -- END PROG LOAD LOG --
            libbpf: prog 'steer': failed to load: -13
            libbpf: failed to load object 'steer'

            """
        let error = SteeringError.load(.accessDenied, log: log)
        #expect(
            error.description == """
                steering: load steer.bpf.o: EACCES (Permission denied); \
                invalid access to packet, off=8 size=1, R2(id=0,off=8,r=0)
                """)
        #expect(error.log == log)
        #expect(!error.isPermission)
    }

    @Test("a failure without the verifier: libbpf's last line")
    func libbpf() {
        let error = SteeringError.load(.invalidArgument, log: "libbpf: elf: not an object\nlibbpf: bad\n")
        #expect(error.description == "steering: load steer.bpf.o: EINVAL (Invalid argument); libbpf: bad")
    }
}
