// Chooses the worker for a packet: runs once for each datagram, or GSO/GRO train of them, that
// reaches a listen address. Every way out is SK_PASS: SK_DROP would make the kernel answer with an
// ICMP port unreachable. Passing without a socket selected leaves the choice to the kernel's hash.
#include "count.h"
#include "decode.h"
#include "parse.h"
#include "place.h"

static __always_inline int leave(enum steer_counter exit)
{
	count(exit);
	return SK_PASS;
}

// Fails where the slot is empty.
static __always_inline bool select_slot(struct sk_reuseport_md *packet, __u32 slot)
{
	return bpf_sk_select_reuseport(packet, &sockets, &slot, 0) == 0;
}

// A packet of no connection we know: any active worker will do, as long as it is always the same.
static __always_inline int steer_by_tuple(struct sk_reuseport_md *packet, enum steer_counter exit)
{
	const struct steer_placement *placement = current_placement();

	if (placement && select_slot(packet, ring_slot(placement, packet->hash)))
		return leave(exit);
	return leave(STEER_KERNEL_HASH);
}

// A long header with a DCID that the client chose. The pin keeps the packets of one handshake
// together when the ring changes between them.
static __always_inline int steer_new(struct sk_reuseport_md *packet, const struct dcid *dcid)
{
	struct steer_client_dcid key = client_dcid(dcid);
	const __u32 *pin = bpf_map_lookup_elem(&pins, &key);
	const struct steer_placement *placement;
	__u32 slot;

	if (pin) {
		if (select_slot(packet, *pin))
			return leave(STEER_PIN);
		count(STEER_STALE_PIN);
	}
	placement = current_placement();
	if (!placement)
		return leave(STEER_KERNEL_HASH);
	slot = ring_slot(placement, hash_client_dcid(&key, placement->hash_key));
	if (!select_slot(packet, slot))
		return leave(STEER_KERNEL_HASH);
	if (bpf_map_update_elem(&pins, &key, &slot, BPF_ANY))
		count(STEER_UNPINNED);
	return leave(STEER_RING);
}

static __always_inline int steer_packet(enum aes_form aes, struct sk_reuseport_md *packet)
{
	struct dcid dcid = {};
	__u32 slot;
	enum header_form form = parse(packet, &dcid);

	if (form == HEADER_MALFORMED)
		return steer_by_tuple(packet, STEER_MALFORMED);
	// Whatever the packet's type: after a Retry or our first reply an Initial carries our ID too.
	if (decode(aes, &dcid, form, &slot)) {
		if (select_slot(packet, slot))
			return leave(STEER_SERVER_ID);
		count(STEER_EMPTY_SLOT);
	}
	if (form == HEADER_LONG)
		return steer_new(packet, &dcid);
	return steer_by_tuple(packet, STEER_TUPLE);
}

// The forms of the program, of which user space loads the first that the kernel takes.

SEC("sk_reuseport")
int steer_inline(struct sk_reuseport_md *packet)
{
	return steer_packet(AES_INLINE, packet);
}

SEC("sk_reuseport")
int steer_calls(struct sk_reuseport_md *packet)
{
	return steer_packet(AES_CALLS, packet);
}

// Decodes no encrypted IDs: it is given no configuration that has a key.
SEC("sk_reuseport")
int steer_plaintext(struct sk_reuseport_md *packet)
{
	return steer_packet(AES_NONE, packet);
}
