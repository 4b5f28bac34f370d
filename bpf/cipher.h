// From the octets after an ID's first one to server ID and nonce
// (draft-ietf-quic-load-balancers-21 §5.4).
#pragma once

#include "aes.h"

// Up to 24 octets as big-endian words.
struct text {
	__u64 word[3];
};

// The high word of two that are shifted left by 0 to 63 bits.
static __always_inline __u64 shifted(__u64 high, __u64 low, __u32 bits)
{
	// In two steps, as a shift by 64 would be one by 0.
	return high << bits | low >> 1 >> (63 - bits);
}

// 16 octets of the text, from one of its octets on.
static __always_inline struct block text_block(const struct text *text, __u32 offset)
{
	__u32 bits = 8 * (offset & 7);

	if (offset >= 8)
		return (struct block){ shifted(text->word[1], text->word[2], bits), text->word[2] << bits };
	return (struct block){ shifted(text->word[0], text->word[1], bits),
			       shifted(text->word[1], text->word[2], bits) };
}

// The Feistel network backwards, down to the pass after which all is there that is compared. Its two
// halves change places after each pass. Leaves the first 16 octets in `text`.
static __always_inline void decrypt_four_pass(enum aes_form form, struct text *text,
					      const struct steer_config *config)
{
	__u32 offset = config->right_offset;
	struct block a = { text->word[0] & config->left_mask[0], text->word[1] & config->left_mask[1] };
	struct block b = text_block(text, offset);
	struct block mask_a = { config->left_mask[0], config->left_mask[1] };
	struct block mask_b = { config->right_mask[0], config->right_mask[1] };
	struct block left, right, swap;

	b.high &= mask_b.high;
	b.low &= mask_b.low;
#pragma clang loop unroll(disable)
	for (__u32 pass = 4; pass >= 1; pass--) {
		struct block output = { b.high, b.low | (__u64)config->text_length << 8 | pass };

		if (pass < config->last_pass)
			break;
		aes_encrypt(form, &output, config->round_keys);
		swap = b;
		b.high = a.high ^ (output.high & mask_a.high);
		b.low = a.low ^ (output.low & mask_a.low);
		a = swap;
		swap = mask_a;
		mask_a = mask_b;
		mask_b = swap;
	}
	if (config->last_pass > 1) {
		text->word[0] = b.high;
		text->word[1] = b.low;
		return;
	}
	left = a;
	right = b;
	if (offset >= 8) {
		text->word[0] = left.high;
		text->word[1] = left.low | right.high >> 8 * (offset & 7);
	} else {
		text->word[0] = left.high | shifted(0, right.high, 64 - 8 * offset);
		text->word[1] = left.low | shifted(right.high, right.low, 64 - 8 * offset);
	}
}

static __always_inline void decrypt_single_pass(enum aes_form form, struct text *text,
						const struct steer_config *config)
{
	struct block block = { text->word[0], text->word[1] };

	aes_decrypt(form, &block, config->round_keys);
	text->word[0] = block.high;
	text->word[1] = block.low;
}
