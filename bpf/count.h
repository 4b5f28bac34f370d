// The per-CPU counters.
#pragma once

#include "maps.h"

static __always_inline void count(enum steer_counter counter)
{
	__u32 key = counter;
	__u64 *value = bpf_map_lookup_elem(&counters, &key);

	// Not atomic: the receive path runs with bottom halves off, one packet at a time on a CPU.
	if (value)
		*value += 1;
}
