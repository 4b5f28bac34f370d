#define _GNU_SOURCE
#include "clinux_privileges.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int clinux_capabilities_get(struct clinux_capabilities *sets) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {0};
    if (syscall(SYS_capget, &header, data) < 0) return -errno;
    sets->effective = (uint64_t)data[1].effective << 32 | data[0].effective;
    sets->permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
    sets->inheritable = (uint64_t)data[1].inheritable << 32 | data[0].inheritable;
    return 0;
}

int clinux_capabilities_set(const struct clinux_capabilities *sets) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {
        {(uint32_t)sets->effective, (uint32_t)sets->permitted, (uint32_t)sets->inheritable},
        {sets->effective >> 32, sets->permitted >> 32, sets->inheritable >> 32},
    };
    return syscall(SYS_capset, &header, data) < 0 ? -errno : 0;
}

int clinux_capabilities_make_ambient(uint64_t set) {
    struct clinux_capabilities sets;
    int error = clinux_capabilities_get(&sets);
    if (error) return error;
    sets.inheritable |= set;
    error = clinux_capabilities_set(&sets);
    if (error) return error;
    for (unsigned long capability = 0; capability < 64; capability++) {
        if (!(set >> capability & 1)) continue;
        if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) < 0) return -errno;
    }
    return 0;
}

int clinux_privileges_drop(void) {
    struct clinux_capabilities none = {0};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0) return -errno;
    return clinux_capabilities_set(&none);
}

int clinux_user_become(const char *name, uid_t user, gid_t group, uint64_t kept) {
    struct clinux_capabilities sets;
    int error = clinux_capabilities_get(&sets);
    if (error) return error;
    kept &= sets.permitted;
    // Without CAP_SETPCAP the bounding set stays as it is: no_new_privs is enough.
    for (unsigned long capability = 0; capability < 64; capability++) {
        if (!(kept >> capability & 1)) prctl(PR_CAPBSET_DROP, capability, 0, 0, 0);
    }
    // Or else the change of user would empty the permitted set.
    if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0) return -errno;
    if (initgroups(name, group) < 0 || setresgid(group, group, group) < 0 || setresuid(user, user, user) < 0) {
        return -errno;
    }
    sets = (struct clinux_capabilities){.effective = kept, .permitted = kept};
    error = clinux_capabilities_set(&sets);
    if (error) return error;
    if (prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) return -errno;
    return 0;
}
