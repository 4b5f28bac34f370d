// From a DCID to the slot it encodes, by the configuration its first three bits name.
#pragma once

#include "cipher.h"
#include "maps.h"
#include "parse.h"

#define FIRST_OCTET_BITS (0xffULL << 56)

// Decrypts the first 16 octets of an ID in place; its first one is readable.
static __always_inline void decrypt(enum aes_form form, __u64 word[2], const struct dcid *dcid,
				    const struct steer_config *config)
{
	struct text text = { {
		dcid->word[0] << 8 | dcid->word[1] >> 56,
		dcid->word[1] << 8 | dcid->word[2] >> 56,
		dcid->word[2] << 8,
	} };

	if (config->algorithm == STEER_SINGLE_PASS)
		decrypt_single_pass(form, &text, config);
	else
		decrypt_four_pass(form, &text, config);
	word[0] = (dcid->word[0] & FIRST_OCTET_BITS) | text.word[0] >> 8;
	word[1] = text.word[0] << 56 | text.word[1] >> 8;
}

// Whether the DCID is one of ours; its slot then is in `*slot`.
static __always_inline bool decode(enum aes_form form, const struct dcid *dcid,
				   enum header_form header, __u32 *slot)
{
	__u32 codepoint = dcid->word[0] >> 61;
	const struct steer_config *config = bpf_map_lookup_elem(&configs, &codepoint);
	__u64 word[2] = { dcid->word[0], dcid->word[1] };

	if (!config || !config->length)
		return false;
	if (header == HEADER_LONG ? dcid->length != config->length : dcid->length < config->length)
		return false;
	// Most of what is not ours costs no decryption.
	if ((word[0] ^ config->match[0]) & config->mask[0] & FIRST_OCTET_BITS)
		return false;
	if (form != AES_NONE && config->algorithm != STEER_PLAINTEXT)
		decrypt(form, word, dcid, config);
	if ((word[0] & config->mask[0]) != config->match[0] ||
	    (word[1] & config->mask[1]) != config->match[1])
		return false;
	*slot = (config->slot_word ? word[1] : word[0]) >> config->slot_shift & 0xff;
	return true;
}
