// AES-128 of one block (FIPS 197), by tables.
//
// The verifier bounds each table index for itself. With CAP_PERFMON it takes the rounds as a loop of
// inline code; without, it also follows what a processor might do speculatively, and gives up on that,
// but takes global functions of a column each, which it verifies one by one: three to four times slower.
#pragma once

#include <linux/bpf.h>
#include <stdbool.h>

#include <bpf/bpf_helpers.h>

#include "abi/steer_abi.h"

#define AES_ROUNDS 10

// How the program may run AES.
enum aes_form {
	AES_NONE,
	AES_CALLS,
	AES_INLINE,
};

// In the object's read-only data.
const volatile struct steer_tables tables;

// 16 octets as big-endian words.
struct block {
	__u64 high, low;
};

// The state: four columns, the first octet of each in its highest bits.
struct columns {
	__u32 c0, c1, c2, c3;
};

static __always_inline __u32 encrypted(__u32 a, __u32 b, __u32 c, __u32 d, __u32 key)
{
	return tables.encryption[0][a >> 24] ^ tables.encryption[1][b >> 16 & 0xff] ^
	       tables.encryption[2][c >> 8 & 0xff] ^ tables.encryption[3][d & 0xff] ^ key;
}

// The last round mixes no columns. A table's column has the substitute itself in two of its octets.
static __always_inline __u32 encrypted_last(__u32 a, __u32 b, __u32 c, __u32 d, __u32 key)
{
	return (tables.encryption[2][a >> 24] & 0xff000000) ^
	       (tables.encryption[3][b >> 16 & 0xff] & 0x00ff0000) ^
	       (tables.encryption[0][c >> 8 & 0xff] & 0x0000ff00) ^
	       (tables.encryption[1][d & 0xff] & 0x000000ff) ^ key;
}

static __always_inline __u32 decrypted(__u32 a, __u32 b, __u32 c, __u32 d, __u32 key)
{
	return tables.decryption[0][a >> 24] ^ tables.decryption[1][b >> 16 & 0xff] ^
	       tables.decryption[2][c >> 8 & 0xff] ^ tables.decryption[3][d & 0xff] ^ key;
}

static __always_inline __u32 decrypted_last(__u32 a, __u32 b, __u32 c, __u32 d, __u32 key)
{
	return ((__u32)tables.inverse_sbox[a >> 24] << 24 |
		(__u32)tables.inverse_sbox[b >> 16 & 0xff] << 16 |
		(__u32)tables.inverse_sbox[c >> 8 & 0xff] << 8 | tables.inverse_sbox[d & 0xff]) ^ key;
}

#define GLOBAL_COLUMN(name)                                                                 \
	__attribute__((noinline)) __u32 name##_call(__u32 a, __u32 b, __u32 c, __u32 d, __u32 key) \
	{                                                                                   \
		return name(a, b, c, d, key);                                               \
	}

GLOBAL_COLUMN(encrypted)
GLOBAL_COLUMN(encrypted_last)
GLOBAL_COLUMN(decrypted)
GLOBAL_COLUMN(decrypted_last)

#define COLUMN(form, name, ...) ((form) == AES_CALLS ? name##_call(__VA_ARGS__) : name(__VA_ARGS__))

static __always_inline struct columns split_columns(const struct block *block, const __u32 *keys)
{
	return (struct columns){
		(__u32)(block->high >> 32) ^ keys[0],
		(__u32)block->high ^ keys[1],
		(__u32)(block->low >> 32) ^ keys[2],
		(__u32)block->low ^ keys[3],
	};
}

static __always_inline void join_columns(struct block *block, const struct columns *s)
{
	block->high = (__u64)s->c0 << 32 | s->c1;
	block->low = (__u64)s->c2 << 32 | s->c3;
}

static __always_inline void encrypt_round(enum aes_form form, struct columns *s, const __u32 *keys)
{
	struct columns t = *s;

	s->c0 = COLUMN(form, encrypted, t.c0, t.c1, t.c2, t.c3, keys[0]);
	s->c1 = COLUMN(form, encrypted, t.c1, t.c2, t.c3, t.c0, keys[1]);
	s->c2 = COLUMN(form, encrypted, t.c2, t.c3, t.c0, t.c1, keys[2]);
	s->c3 = COLUMN(form, encrypted, t.c3, t.c0, t.c1, t.c2, keys[3]);
}

static __always_inline void encrypt_round_last(enum aes_form form, struct columns *s,
					       const __u32 *keys)
{
	struct columns t = *s;

	s->c0 = COLUMN(form, encrypted_last, t.c0, t.c1, t.c2, t.c3, keys[0]);
	s->c1 = COLUMN(form, encrypted_last, t.c1, t.c2, t.c3, t.c0, keys[1]);
	s->c2 = COLUMN(form, encrypted_last, t.c2, t.c3, t.c0, t.c1, keys[2]);
	s->c3 = COLUMN(form, encrypted_last, t.c3, t.c0, t.c1, t.c2, keys[3]);
}

static __always_inline void decrypt_round(enum aes_form form, struct columns *s, const __u32 *keys)
{
	struct columns t = *s;

	s->c0 = COLUMN(form, decrypted, t.c0, t.c3, t.c2, t.c1, keys[0]);
	s->c1 = COLUMN(form, decrypted, t.c1, t.c0, t.c3, t.c2, keys[1]);
	s->c2 = COLUMN(form, decrypted, t.c2, t.c1, t.c0, t.c3, keys[2]);
	s->c3 = COLUMN(form, decrypted, t.c3, t.c2, t.c1, t.c0, keys[3]);
}

static __always_inline void decrypt_round_last(enum aes_form form, struct columns *s,
					       const __u32 *keys)
{
	struct columns t = *s;

	s->c0 = COLUMN(form, decrypted_last, t.c0, t.c3, t.c2, t.c1, keys[0]);
	s->c1 = COLUMN(form, decrypted_last, t.c1, t.c0, t.c3, t.c2, keys[1]);
	s->c2 = COLUMN(form, decrypted_last, t.c2, t.c1, t.c0, t.c3, keys[2]);
	s->c3 = COLUMN(form, decrypted_last, t.c3, t.c2, t.c1, t.c0, keys[3]);
}

// Without CAP_PERFMON one instruction may not add different offsets to a pointer: each round is written
// out. Of inline code that would be too much.
#define ROUNDS(form, round, s, keys)                                  \
	do {                                                          \
		if ((form) == AES_CALLS) {                            \
			_Pragma("clang loop unroll(full)")            \
			for (int i = 1; i < AES_ROUNDS; i++)          \
				round(form, s, (keys) + 4 * i);       \
		} else {                                              \
			_Pragma("clang loop unroll(disable)")         \
			for (int i = 1; i < AES_ROUNDS; i++)          \
				round(form, s, (keys) + 4 * i);       \
		}                                                     \
		round##_last(form, s, (keys) + 4 * AES_ROUNDS);       \
	} while (0)

static __always_inline void aes_encrypt(enum aes_form form, struct block *block, const __u32 *keys)
{
	struct columns s = split_columns(block, keys);

	ROUNDS(form, encrypt_round, &s, keys);
	join_columns(block, &s);
}

// The equivalent inverse cipher (FIPS 197 §5.3.5).
static __always_inline void aes_decrypt(enum aes_form form, struct block *block, const __u32 *keys)
{
	struct columns s = split_columns(block, keys);

	ROUNDS(form, decrypt_round, &s, keys);
	join_columns(block, &s);
}
