#pragma once

// Headers that Swift's Glibc module leaves out.
#include <malloc.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <time.h>

#include "clinux_address.h"
#include "clinux_filter.h"
#include "clinux_privileges.h"
#include "clinux_process.h"
#include "clinux_udp.h"
#include "clinux_unix.h"

// Swift sees no function that needs _GNU_SOURCE.
const char *clinux_errno_name(int number);
const char *clinux_errno_text(int number);

// membarrier has no wrapper in the C library.
int clinux_await_grace_period(void);

// epoll_pwait2 needs _GNU_SOURCE. A negative timeout waits for ever.
int clinux_epoll_wait(int epoll, struct epoll_event *events, int count, int64_t timeout_nanoseconds);
