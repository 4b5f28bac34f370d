#define _GNU_SOURCE
#include "clinux_filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_X86_64
// Calls of the x32 ABI have this bit; everything from it on is refused.
#define FIRST_FOREIGN_CALL 0x40000000
#elif defined(__aarch64__)
#define NATIVE_ARCHITECTURE AUDIT_ARCH_AARCH64
#define FIRST_FOREIGN_CALL 0x80000000
#else
#error "the filter knows x86-64 and arm64"
#endif

// The program has 8-bit jumps: every one below is to the next line but one, so that the list may be of any length.
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, what)
#define REFUSE RETURN(SECCOMP_RET_ERRNO | EPERM)
#define REFUSE_CALL(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), REFUSE

#define START                                                                      \
    LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, NATIVE_ARCHITECTURE, 1, 0), REFUSE, \
        LOAD(nr), BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_FOREIGN_CALL, 0, 1), REFUSE

#define REFUSED_CALLS                                                                             \
    /* Other programs and processes. */                                                           \
    REFUSE_CALL(execve), REFUSE_CALL(execveat), REFUSE_CALL(ptrace), REFUSE_CALL(process_vm_readv), \
        REFUSE_CALL(process_vm_writev), REFUSE_CALL(kcmp), REFUSE_CALL(pidfd_getfd),              \
        /* Programs in the kernel, and what watches it. */                                        \
        REFUSE_CALL(bpf), REFUSE_CALL(perf_event_open), REFUSE_CALL(userfaultfd),                 \
        REFUSE_CALL(init_module), REFUSE_CALL(finit_module), REFUSE_CALL(delete_module),          \
        REFUSE_CALL(kexec_load), REFUSE_CALL(kexec_file_load), REFUSE_CALL(reboot),               \
        /* It makes sockets, among others, that the filter would not see. */                      \
        REFUSE_CALL(io_uring_setup),                                                              \
        /* Users and keys. */                                                                     \
        REFUSE_CALL(setuid), REFUSE_CALL(setgid), REFUSE_CALL(setreuid), REFUSE_CALL(setregid),   \
        REFUSE_CALL(setresuid), REFUSE_CALL(setresgid), REFUSE_CALL(setfsuid),                    \
        REFUSE_CALL(setfsgid), REFUSE_CALL(setgroups), REFUSE_CALL(keyctl), REFUSE_CALL(add_key), \
        REFUSE_CALL(request_key),                                                                 \
        /* File systems and namespaces. */                                                        \
        REFUSE_CALL(mount), REFUSE_CALL(umount2), REFUSE_CALL(pivot_root), REFUSE_CALL(chroot),   \
        REFUSE_CALL(open_tree), REFUSE_CALL(move_mount), REFUSE_CALL(fsopen), REFUSE_CALL(fsmount), \
        REFUSE_CALL(fsconfig), REFUSE_CALL(fspick), REFUSE_CALL(unshare), REFUSE_CALL(setns),     \
        REFUSE_CALL(open_by_handle_at), REFUSE_CALL(swapon), REFUSE_CALL(swapoff),                \
        REFUSE_CALL(acct), REFUSE_CALL(quotactl)

// The first argument: it is 32 bits wide, and both architectures are little-endian.
#define REFUSE_OTHER_THAN_UNIX_SOCKETS                                  \
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 1, 0),              \
        RETURN(SECCOMP_RET_ALLOW), LOAD(args[0]),                       \
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 1, 0), REFUSE

static int install(struct sock_filter *instructions, size_t count) {
    struct sock_fprog program = {.len = (unsigned short)count, .filter = instructions};
    // Without SPEC_ALLOW older kernels slow the process down by a mitigation that a worker has no use for.
    unsigned flags = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_SPEC_ALLOW;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
    // The ID of a thread that has another filter already.
    if (result > 0) return -ECANCELED;
    return result < 0 ? -errno : 0;
}

int clinux_filter_install(int only_unix_sockets) {
    struct sock_filter any_socket[] = {START, REFUSED_CALLS, RETURN(SECCOMP_RET_ALLOW)};
    struct sock_filter unix_sockets[] = {
        START, REFUSED_CALLS, REFUSE_OTHER_THAN_UNIX_SOCKETS, RETURN(SECCOMP_RET_ALLOW)};
    return only_unix_sockets ? install(unix_sockets, sizeof(unix_sockets) / sizeof(*unix_sockets))
                             : install(any_socket, sizeof(any_socket) / sizeof(*any_socket));
}
