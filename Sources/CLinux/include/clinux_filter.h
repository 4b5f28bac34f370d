#pragma once

// Has the kernel refuse (EPERM), to all threads and for good, what clinux_filter.c lists, and with `only_unix_sockets`
// every socket but Unix ones. In C as the program is made of macros. Returns 0 or -errno.
int clinux_filter_install(int only_unix_sockets);
