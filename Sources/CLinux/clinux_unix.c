#define _GNU_SOURCE
#include "clinux_unix.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

ssize_t clinux_unix_receive(int socket, void *bytes, size_t capacity, uint32_t *user) {
    // Room for credentials alone: the kernel closes descriptors that it finds no room for.
    union {
        char bytes[CMSG_SPACE(sizeof(struct ucred))];
        struct cmsghdr alignment;
    } space;
    struct iovec part = {.iov_base = bytes, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = space.bytes,
        .msg_controllen = sizeof(space.bytes),
    };
    *user = CLINUX_NO_USER;
    ssize_t count = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (count < 0) return -errno;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) continue;
        struct ucred credentials;
        memcpy(&credentials, CMSG_DATA(header), sizeof(credentials));
        *user = credentials.uid;
    }
    return message.msg_flags & MSG_TRUNC ? -EMSGSIZE : count;
}

int clinux_accept(int socket) { return accept4(socket, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }
