// What the kernel program and user space share: the sizes, values and counters of the maps.
#pragma once

#include <linux/types.h>

// Slot numbers are one octet of the server ID.
#define STEER_SLOTS 256
// A power of two: the ring is indexed by the low bits of a hash.
#define STEER_RING_SIZE 1024
// The config rotation codepoint is three bits. 7 means "unroutable": load balancers cannot decode such
// an ID, but the pool's own have the slot in plaintext.
#define STEER_CONFIGS 8
// The default; user space may choose another before it loads the program.
#define STEER_PINS 65536
// RFC 9000 §17.2: no connection ID of QUIC version 1 is longer.
#define STEER_DCID_MAX 20

// A ring entry without a slot. No socket array has this place, so selecting it fails and the
// packet falls through: the program needs no test of its own.
#define STEER_NO_SLOT 0xffff

// How server ID and nonce became the octets after the first one.
enum steer_algorithm {
	STEER_PLAINTEXT,
	STEER_SINGLE_PASS, // one block of AES-128
	STEER_FOUR_PASS,   // a Feistel network with AES-128
};

// AES-128: four columns for each of ten rounds, and four before the first.
#define STEER_ROUND_KEYS 44

// How to decode the connection IDs of one configuration. The octets of an ID are big-endian words;
// the server ID ends at octet 15 at the latest, so the first two hold all that is compared.
struct steer_config {
	// An ID is ours where, decrypted, `word[i] & mask[i] == match[i]`: codepoint, host ID, and the
	// length bits where the first octet encodes the length.
	__u64 mask[2];
	__u64 match[2];
	// Four-pass: the bits of the halves, each left-aligned in 16 octets.
	__u64 left_mask[2];
	__u64 right_mask[2];
	// Single-pass: of the equivalent inverse cipher. Four-pass: of the cipher.
	__u32 round_keys[STEER_ROUND_KEYS];
	// The octets of the whole ID; 0 where there is no such configuration. Written last when one
	// is added, and first when it is removed.
	__u8 length;
	// enum steer_algorithm
	__u8 algorithm;
	// Where the slot octet is: the word, and how far to shift it right.
	__u8 slot_word;
	__u8 slot_shift;
	// Four-pass: the octets of server ID and nonce, and those before the right half.
	__u8 text_length;
	__u8 right_offset;
	// Four-pass: the last pass of decryption to run, 2 where the left half has all that is compared.
	__u8 last_pass;
	__u8 reserved;
};

_Static_assert(sizeof(struct steer_config) == 248, "steer_config");

// The substitutions of AES as tables of columns: those of an octet in the first row of the state, and
// their rotations for the other rows. User space fills them in before it loads the program.
struct steer_tables {
	__u32 encryption[4][256];
	__u32 decryption[4][256];
	// For the last round of decryption, which mixes no columns.
	__u8 inverse_sbox[256];
};

_Static_assert(sizeof(struct steer_tables) == 8448, "steer_tables");

// One table of the ring.
struct steer_ring {
	__u16 slots[STEER_RING_SIZE];
};

_Static_assert(sizeof(struct steer_ring) == 2048, "steer_ring");

// What places new connections, besides the tables.
struct steer_placement {
	// The key of the hash of a client-chosen DCID, random per pool: a client that knew it could
	// aim all its connections at one slot.
	__u64 hash_key[2];
	// The ring's table in use, 0 or 1. User space writes the other one, then flips this.
	__u32 epoch;
	__u32 reserved;
};

_Static_assert(sizeof(struct steer_placement) == 24, "steer_placement");

// A client-chosen DCID as a map key and as the input of the hash: its octets as big-endian words,
// zero beyond its end, and its length in the low octet of the last word, which no DCID reaches.
struct steer_client_dcid {
	__u64 word[3];
};

_Static_assert(sizeof(struct steer_client_dcid) == 24, "steer_client_dcid");

enum steer_counter {
	// Exits. Each packet counts in exactly one of these.
	STEER_SERVER_ID,   // to the slot that the DCID encodes
	STEER_PIN,         // long header: to the slot that the DCID is pinned to
	STEER_RING,        // long header: placed by the ring, and pinned
	STEER_TUPLE,       // short header that does not decode: ring, by the hash of the 4-tuple
	STEER_MALFORMED,   // not a QUIC header: as a tuple
	STEER_KERNEL_HASH, // the ring had no socket to offer: the kernel's choice among the group

	// What a packet met on its way to an exit.
	STEER_EMPTY_SLOT, // the DCID decodes, but its slot holds no socket
	STEER_STALE_PIN,  // the pinned slot holds no socket
	STEER_UNPINNED,   // the pin could not be inserted

	STEER_COUNTERS,
};
