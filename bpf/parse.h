// From a datagram to its Destination Connection ID, for any QUIC version (RFC 8999 §5):
//
//   long header:   1xxxxxxx | version (4) | DCID length (1) | DCID | …
//   short header:  0xxxxxxx | DCID | …        (its length is only known to who chose it)
#pragma once

#include <linux/bpf.h>
#include <linux/udp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "abi/steer_abi.h"

// The program's data begins at the UDP header.
#define FIRST_OCTET sizeof(struct udphdr)
#define SHORT_DCID (FIRST_OCTET + 1)
#define LONG_DCID_LENGTH (FIRST_OCTET + 5)
#define LONG_DCID (FIRST_OCTET + 6)
// Where the longest DCID of either form ends.
#define LONGEST_DCID_END (LONG_DCID + STEER_DCID_MAX)

enum header_form {
	HEADER_MALFORMED,
	HEADER_LONG,
	HEADER_SHORT,
};

struct dcid {
	// The octets as big-endian words. What lies beyond `length` is undefined.
	__u64 word[3];
	// Long header: the DCID's own length. Short header: the octets there are to read, 20 at most.
	__u32 length;
};

// `octets` are 20 octets of the packet. The verifier allows unaligned loads there, and clang
// splits a memcpy of unknown alignment into single octets: hence the casts.
static __always_inline void read_packet_words(struct dcid *dcid, const __u8 *octets)
{
	dcid->word[0] = bpf_be64_to_cpu(*(const __u64 *)octets);
	dcid->word[1] = bpf_be64_to_cpu(*(const __u64 *)(octets + 8));
	dcid->word[2] = (__u64)bpf_ntohl(*(const __u32 *)(octets + 16)) << 32;
}

// A packet whose first `LONGEST_DCID_END` octets are in the linear part: nearly all are.
static __always_inline enum header_form parse_linear(const __u8 *packet, struct dcid *dcid)
{
	if (packet[FIRST_OCTET] & 0x80) {
		dcid->length = packet[LONG_DCID_LENGTH];
		read_packet_words(dcid, packet + LONG_DCID);
		return dcid->length <= STEER_DCID_MAX ? HEADER_LONG : HEADER_MALFORMED;
	}
	dcid->length = STEER_DCID_MAX;
	read_packet_words(dcid, packet + SHORT_DCID);
	return HEADER_SHORT;
}

// Copies `dcid->length` octets, 20 at most, from `offset` of the packet.
static __always_inline bool load_words(struct sk_reuseport_md *packet, __u32 offset,
				       struct dcid *dcid)
{
	// The octet before the DCID comes with it, last in the word before: a read of no octets is an
	// error to the verifier, and so is an unaligned load of the stack.
	__u64 words[4] = {};

	if (bpf_skb_load_bytes(packet, offset - 1, (__u8 *)words + 7, dcid->length + 1))
		return false;
	dcid->word[0] = bpf_be64_to_cpu(words[1]);
	dcid->word[1] = bpf_be64_to_cpu(words[2]);
	dcid->word[2] = bpf_be64_to_cpu(words[3]);
	return true;
}

// A packet that is short, or has its header in a fragment, as GSO and GRO super-packets do.
static __always_inline enum header_form parse_copied(struct sk_reuseport_md *packet,
						     struct dcid *dcid)
{
	__u8 first_octet;
	__u8 length;

	if (bpf_skb_load_bytes(packet, FIRST_OCTET, &first_octet, sizeof(first_octet)))
		return HEADER_MALFORMED;
	if (first_octet & 0x80) {
		if (bpf_skb_load_bytes(packet, LONG_DCID_LENGTH, &length, sizeof(length)))
			return HEADER_MALFORMED;
		if (length > STEER_DCID_MAX)
			return HEADER_MALFORMED;
		dcid->length = length;
		return load_words(packet, LONG_DCID, dcid) ? HEADER_LONG : HEADER_MALFORMED;
	}
	dcid->length = packet->len - SHORT_DCID;
	if (dcid->length > STEER_DCID_MAX)
		dcid->length = STEER_DCID_MAX;
	return load_words(packet, SHORT_DCID, dcid) ? HEADER_SHORT : HEADER_MALFORMED;
}

static __always_inline enum header_form parse(struct sk_reuseport_md *packet, struct dcid *dcid)
{
	const __u8 *data = packet->data;
	const __u8 *end = packet->data_end;

	if (data + LONGEST_DCID_END <= end)
		return parse_linear(data, dcid);
	return parse_copied(packet, dcid);
}
