#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <linux/membarrier.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

const char *clinux_errno_name(int number) { return strerrorname_np(number); }

const char *clinux_errno_text(int number) { return strerrordesc_np(number); }

int clinux_await_grace_period(void) {
    return syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0) < 0 ? -errno : 0;
}

int clinux_epoll_wait(int epoll, struct epoll_event *events, int count, int64_t timeout_nanoseconds) {
    struct timespec timeout = {
        .tv_sec = timeout_nanoseconds / 1000000000,
        .tv_nsec = timeout_nanoseconds % 1000000000,
    };
    return epoll_pwait2(epoll, events, count, timeout_nanoseconds < 0 ? NULL : &timeout, NULL);
}
