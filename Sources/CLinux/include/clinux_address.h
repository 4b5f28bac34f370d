#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

// An IPv4 or IPv6 socket address with its length, small enough to pass by value.
struct clinux_address {
    union {
        struct sockaddr any;
        struct sockaddr_in ipv4;
        struct sockaddr_in6 ipv6;
    };
    socklen_t length;
};

static inline bool clinux_address_equal(struct clinux_address left, struct clinux_address right) {
    return left.length == right.length && memcmp(&left.any, &right.any, left.length) == 0;
}

static inline struct clinux_address clinux_address_make(const struct sockaddr *address, socklen_t length) {
    struct clinux_address result = {.length = length};
    memcpy(&result.any, address, length <= sizeof result.ipv6 ? length : sizeof result.ipv6);
    return result;
}
