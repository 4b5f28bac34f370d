#define _GNU_SOURCE
#include "clinux_udp.h"

#include <fcntl.h>
#include <netinet/ip.h>
#include <netinet/udp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

// Room for what is received with a datagram: destination address, ECN, GRO segment, overflow count.
#define RECEIVE_CONTROL                                                                                    \
    (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(int)) +          \
     CMSG_SPACE(sizeof(uint32_t)))

// Room for what is sent with a datagram: source address, ECN, GSO segment.
#define SEND_CONTROL                                                                                       \
    (CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(uint16_t)))

#define MAXIMUM_SENT 64

struct clinux_receive_batch {
    unsigned count;
    struct mmsghdr *messages;
    struct iovec *vectors;
    uint8_t (*control)[RECEIVE_CONTROL];
    uint8_t *octets;
};

struct clinux_receive_batch *clinux_receive_batch_new(unsigned messages, size_t octets_each) {
    struct clinux_receive_batch *batch = calloc(1, sizeof *batch);
    if (!batch) abort();
    batch->count = messages;
    batch->messages = calloc(messages, sizeof *batch->messages);
    batch->vectors = calloc(messages, sizeof *batch->vectors);
    batch->control = calloc(messages, sizeof *batch->control);
    batch->octets = malloc(messages * octets_each);
    if (!batch->messages || !batch->vectors || !batch->control || !batch->octets) abort();
    for (unsigned i = 0; i < messages; i++) {
        batch->vectors[i] = (struct iovec){batch->octets + i * octets_each, octets_each};
    }
    return batch;
}

void clinux_receive_batch_free(struct clinux_receive_batch *batch) {
    free(batch->messages);
    free(batch->vectors);
    free(batch->control);
    free(batch->octets);
    free(batch);
}

static void read_control(struct msghdr *header, struct clinux_received *received, uint32_t *overflows) {
    for (struct cmsghdr *message = CMSG_FIRSTHDR(header); message; message = CMSG_NXTHDR(header, message)) {
        const void *data = CMSG_DATA(message);
        if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, data, sizeof info);
            received->local.ipv4.sin_family = AF_INET;
            received->local.ipv4.sin_addr = info.ipi_addr;
            received->local.length = sizeof received->local.ipv4;
        } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, data, sizeof info);
            received->local.ipv6.sin6_family = AF_INET6;
            received->local.ipv6.sin6_addr = info.ipi6_addr;
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) received->local.ipv6.sin6_scope_id = info.ipi6_ifindex;
            received->local.length = sizeof received->local.ipv6;
        } else if (message->cmsg_level == IPPROTO_IP && message->cmsg_type == IP_TOS) {
            received->ecn = *(const uint8_t *)data & IPTOS_ECN_MASK;
        } else if (message->cmsg_level == IPPROTO_IPV6 && message->cmsg_type == IPV6_TCLASS) {
            int class;
            memcpy(&class, data, sizeof class);
            received->ecn = class & IPTOS_ECN_MASK;
        } else if (message->cmsg_level == SOL_UDP && message->cmsg_type == UDP_GRO) {
            int segment;
            memcpy(&segment, data, sizeof segment);
            received->segment = segment;
        } else if (message->cmsg_level == SOL_SOCKET && message->cmsg_type == SO_RXQ_OVFL) {
            memcpy(overflows, data, sizeof *overflows);
        }
    }
}

int clinux_receive(int descriptor, struct clinux_receive_batch *batch, struct clinux_received *received,
                   uint32_t *overflows) {
    for (unsigned i = 0; i < batch->count; i++) {
        received[i].remote.length = sizeof received[i].remote.ipv6;
        batch->messages[i].msg_hdr = (struct msghdr){
            .msg_name = &received[i].remote.any,
            .msg_namelen = sizeof received[i].remote.ipv6,
            .msg_iov = &batch->vectors[i],
            .msg_iovlen = 1,
            .msg_control = batch->control[i],
            .msg_controllen = RECEIVE_CONTROL,
        };
    }
    int count = recvmmsg(descriptor, batch->messages, batch->count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &batch->messages[i].msg_hdr;
        uint32_t octets = batch->messages[i].msg_len;
        received[i].octets = batch->vectors[i].iov_base;
        received[i].count = octets;
        received[i].segment = 0;
        received[i].ecn = 0;
        received[i].remote.length = header->msg_namelen;
        received[i].local.length = 0;
        read_control(header, &received[i], overflows);
        if (received[i].segment == 0) received[i].segment = octets;
    }
    return count;
}

static void add_control(struct msghdr *header, int level, int type, const void *data, size_t size) {
    struct cmsghdr *message = (struct cmsghdr *)((uint8_t *)header->msg_control + header->msg_controllen);
    message->cmsg_level = level;
    message->cmsg_type = type;
    message->cmsg_len = CMSG_LEN(size);
    memcpy(CMSG_DATA(message), data, size);
    header->msg_controllen += CMSG_SPACE(size);
}

static void write_control(struct msghdr *header, const struct clinux_outgoing *outgoing) {
    if (outgoing->local.length && outgoing->local.any.sa_family == AF_INET) {
        struct in_pktinfo info = {.ipi_spec_dst = outgoing->local.ipv4.sin_addr};
        add_control(header, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
    } else if (outgoing->local.length) {
        struct in6_pktinfo info = {
            .ipi6_addr = outgoing->local.ipv6.sin6_addr,
            .ipi6_ifindex = outgoing->local.ipv6.sin6_scope_id,
        };
        add_control(header, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
    }
    if (outgoing->ecn) {
        int ecn = outgoing->ecn;
        bool is_ipv6 = outgoing->remote.any.sa_family == AF_INET6;
        add_control(header, is_ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, is_ipv6 ? IPV6_TCLASS : IP_TOS, &ecn, sizeof ecn);
    }
    // A single datagram never carries UDP_SEGMENT: some drivers refuse it with EIO.
    if (outgoing->segment < outgoing->count) {
        add_control(header, SOL_UDP, UDP_SEGMENT, &outgoing->segment, sizeof outgoing->segment);
    }
}

int clinux_send(int descriptor, const struct clinux_outgoing *outgoing, unsigned count) {
    struct mmsghdr messages[MAXIMUM_SENT];
    struct iovec vectors[MAXIMUM_SENT];
    _Alignas(struct cmsghdr) uint8_t control[MAXIMUM_SENT][SEND_CONTROL];
    if (count > MAXIMUM_SENT) count = MAXIMUM_SENT;
    for (unsigned i = 0; i < count; i++) {
        vectors[i] = (struct iovec){(void *)outgoing[i].octets, outgoing[i].count};
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = (void *)&outgoing[i].remote.any,
            .msg_namelen = outgoing[i].remote.length,
            .msg_iov = &vectors[i],
            .msg_iovlen = 1,
            .msg_control = control[i],
        };
        write_control(&messages[i].msg_hdr, &outgoing[i]);
        if (messages[i].msg_hdr.msg_controllen == 0) messages[i].msg_hdr.msg_control = NULL;
    }
    return sendmmsg(descriptor, messages, count, MSG_DONTWAIT);
}

int clinux_replace_descriptor(int from, int to) { return dup3(from, to, O_CLOEXEC); }
