// The maps. `sockets` exists once for each listen address; user space makes all instances of the
// program share the others.
#pragma once

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#include "abi/steer_abi.h"

// Slot to socket. A value of eight octets lets user space read back the socket's cookie.
struct {
	__uint(type, BPF_MAP_TYPE_REUSEPORT_SOCKARRAY);
	__uint(max_entries, STEER_SLOTS);
	__type(key, __u32);
	__type(value, __u64);
} sockets SEC(".maps");

// Rotation codepoint to configuration.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, STEER_CONFIGS);
	__type(key, __u32);
	__type(value, struct steer_config);
} configs SEC(".maps");

// The two tables, of which `placement.epoch` names one.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 2);
	__type(key, __u32);
	__type(value, struct steer_ring);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct steer_placement);
} placement SEC(".maps");

// Client-chosen DCID to the slot that the ring first gave it.
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, STEER_PINS);
	__type(key, struct steer_client_dcid);
	__type(value, __u32);
} pins SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STEER_COUNTERS);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");
