#pragma once

// UDP with control messages: the CMSG macros are invisible to Swift, so each function does one whole operation.

#include <stddef.h>
#include <stdint.h>

#include "clinux_address.h"

// A received datagram, or a train of datagrams that UDP_GRO put together.
struct clinux_received {
    const uint8_t *octets;
    uint32_t count;
    // Octets in each datagram of the train but the last; the whole count for a single datagram.
    uint16_t segment;
    uint8_t ecn;
    struct clinux_address remote;
    // The destination address; its port is not known here.
    struct clinux_address local;
};

// Swift has no address-of for a field behind a pointer.
static inline struct clinux_address *clinux_received_remote(struct clinux_received *received) {
    return &received->remote;
}

static inline struct clinux_address *clinux_received_local(struct clinux_received *received) {
    return &received->local;
}

// Buffers for one recvmmsg.
struct clinux_receive_batch;

struct clinux_receive_batch *clinux_receive_batch_new(unsigned messages, size_t octets_each);
void clinux_receive_batch_free(struct clinux_receive_batch *batch);

// Receives without waiting. Returns the number of messages put in `received`, or -1 and errno.
// `overflows` is set to the socket's count of datagrams lost for want of buffer, where the kernel tells.
int clinux_receive(int descriptor, struct clinux_receive_batch *batch, struct clinux_received *received,
                   uint32_t *overflows);

// A datagram to send, or a train of datagrams of `segment` octets each (the last may be shorter).
struct clinux_outgoing {
    const uint8_t *octets;
    uint32_t count;
    uint16_t segment;
    uint8_t ecn;
    struct clinux_address remote;
    // The source address to send from; of length 0: the kernel's choice.
    struct clinux_address local;
};

// Sends without waiting, 64 messages at most. Returns how many were sent, or -1 and errno for the first.
int clinux_send(int descriptor, const struct clinux_outgoing *messages, unsigned count);

// Makes descriptor `to` a socket that `from` is, closed on exec: Swift sees no dup3. Returns `to`, or -1 and errno.
int clinux_replace_descriptor(int from, int to);
