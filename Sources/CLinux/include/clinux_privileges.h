#pragma once

#include <stdint.h>
#include <sys/types.h>

// Capabilities have no wrapper in the C library, and prctl is variadic. All is of the calling thread but where it says
// otherwise; -errno on failure.

// Sets of capabilities, a bit each.
struct clinux_capabilities {
    uint64_t effective;
    uint64_t permitted;
    uint64_t inheritable;
};

int clinux_capabilities_get(struct clinux_capabilities *sets);

// What leaves the permitted or the inheritable set leaves the ambient one, too.
int clinux_capabilities_set(const struct clinux_capabilities *sets);

// Puts capabilities that are permitted into the inheritable and ambient sets, so that exec keeps them.
int clinux_capabilities_make_ambient(uint64_t set);

// Empties the permitted, effective, inheritable and ambient sets, and forbids exec to bring any back.
int clinux_privileges_drop(void);

// Makes the process, all threads, act as a user with its group and its further groups, with the capabilities of `kept`
// that this thread has; other threads have none afterwards. Forbids exec to bring any back, or another user.
int clinux_user_become(const char *name, uid_t user, gid_t group, uint64_t kept);
