#pragma once

#include <stdint.h>
#include <sys/types.h>

// What the kernel says of a sender it knows nothing of.
#define CLINUX_NO_USER UINT32_MAX

// Receives one datagram of a Unix socket, with the sender's user ID where the socket asks for credentials; never
// waits. In C for the CMSG_* macros, and as struct ucred needs _GNU_SOURCE.
//
// Returns the datagram's octets, or -errno: -EMSGSIZE where it did not fit.
ssize_t clinux_unix_receive(int socket, void *bytes, size_t capacity, uint32_t *user);

// accept4 needs _GNU_SOURCE. The new descriptor is close-on-exec and never waits.
int clinux_accept(int socket);
