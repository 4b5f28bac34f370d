#pragma once

#include <stdint.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/types.h>

// The most descriptors one message of a channel carries (the kernel's own limit is 253).
#define CLINUX_CHANNEL_DESCRIPTORS 128

// Sends one message with descriptors. In C for the CMSG_* macros. Returns 0 or -errno.
int clinux_channel_send(
    int channel, const void *bytes, size_t count, const int *descriptors, size_t descriptor_count);

// Receives one message and its descriptors, close-on-exec; never waits. In C for the CMSG_* macros.
//
// `descriptors` has room for CLINUX_CHANNEL_DESCRIPTORS. Returns the message's octets, 0 at the end of the
// stream, or -errno: -EMSGSIZE where the message did not fit, -EMFILE where the descriptors did not, as there is
// room for what any sender sends. The descriptors that came are then closed.
ssize_t clinux_channel_receive(
    int channel, void *bytes, size_t capacity, int *descriptors, size_t *descriptor_count);

// Starts `path` with `inherited` as descriptor 3 and no other but the standard three, an empty signal mask,
// every signal's default action, and a process group of its own. In C for
// posix_spawn_file_actions_addclosefrom_np, which needs _GNU_SOURCE. Returns the process ID or -errno.
int clinux_spawn(const char *path, char *const argv[], char *const envp[], int inherited);

// A descriptor for a child, close-on-exec. No header of the oldest supported C library declares it. -errno on
// failure, as for the two below.
int clinux_pidfd_open(int pid);
int clinux_pidfd_signal(int pidfd, int signal);

// Reaps the child if it ended. In C as siginfo_t's members are macros over a union.
// Returns 1 and fills in, 0 while it runs, or -errno. `*was_signaled`: the status is a signal's number.
int clinux_pidfd_reap(int pidfd, int *status, int *was_signaled);

// Needs _GNU_SOURCE. Memory of `size` octets whose size is sealed, close-on-exec. Returns a descriptor or -errno.
int clinux_memory_create(const char *name, size_t size);

// Whether the descriptor is a memfd that nobody can shrink: 1, 0, or -errno.
int clinux_memory_is_sealed(int descriptor);

// Names the calling thread, and so the process if it is the main one. prctl is variadic.
int clinux_process_name(const char *name);

// The environment that exec takes; `environ` is a mutable global, which Swift 6 refuses.
char **clinux_environment(void);

// The most processors that a set of them has room for.
#define CLINUX_PROCESSORS 1024

// The processors that the calling thread may run on, ascending; in C for the CPU_* macros, as the one below.
// `processors` has room for CLINUX_PROCESSORS. Returns how many there are, or -errno.
int clinux_affinity_get(uint16_t *processors);

// Has the calling thread, and what it starts, run on these processors alone. Returns 0 or -errno.
int clinux_affinity_set(const uint16_t *processors, size_t count);

// Replaces this process's program by the one that `executable` is open on (O_PATH will do). Needs _GNU_SOURCE. Returns -errno, or
// not at all.
int clinux_exec(int executable, char *const argv[], char *const envp[]);

// A memfd that can grow, close-on-exec, or -errno. Needs _GNU_SOURCE.
int clinux_memory_file(const char *name);

// fcntl is variadic. Sets or clears close-on-exec; 0 or -errno.
int clinux_set_inherited(int descriptor, int is_inherited);

// O_PATH needs _GNU_SOURCE. A descriptor of the program's file, close-on-exec, or -errno.
int clinux_open_executable(const char *path);
