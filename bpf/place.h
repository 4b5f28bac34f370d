// The ring: from a hash to an active slot.
#pragma once

#include "hash.h"
#include "maps.h"
#include "parse.h"

// The octets of the DCID in big-endian words, zero beyond its length.
static __always_inline struct steer_client_dcid client_dcid(const struct dcid *dcid)
{
	__u32 length = dcid->length;
	struct steer_client_dcid key = {};

	if (length >= 16) {
		key.word[0] = dcid->word[0];
		key.word[1] = dcid->word[1];
		if (length > 16)
			key.word[2] = dcid->word[2] & ~0ULL << (64 - 8 * (length - 16));
	} else if (length >= 8) {
		key.word[0] = dcid->word[0];
		if (length > 8)
			key.word[1] = dcid->word[1] & ~0ULL << (64 - 8 * (length - 8));
	} else if (length > 0) {
		key.word[0] = dcid->word[0] & ~0ULL << (64 - 8 * length);
	}
	key.word[2] |= length;
	return key;
}

static __always_inline const struct steer_placement *current_placement(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&placement, &key);
}

// The slot at the hash's place in the table in use, or STEER_NO_SLOT.
static __always_inline __u32 ring_slot(const struct steer_placement *placement, __u32 hash)
{
	__u32 table = placement->epoch & 1;
	const struct steer_ring *slots = bpf_map_lookup_elem(&ring, &table);

	return slots ? slots->slots[hash % STEER_RING_SIZE] : STEER_NO_SLOT;
}
