// From a DCID to the slot it encodes, by the configuration its first three bits name.
#pragma once

#include "maps.h"
#include "parse.h"

// Whether the DCID is one of ours; its slot then is in `*slot`.
static __always_inline bool decode(const struct dcid *dcid, enum header_form form, __u32 *slot)
{
	__u32 codepoint = dcid->word[0] >> 61;
	const struct steer_config *config = bpf_map_lookup_elem(&configs, &codepoint);

	if (!config || !config->length)
		return false;
	if (form == HEADER_LONG ? dcid->length != config->length : dcid->length < config->length)
		return false;
	if ((dcid->word[0] & config->mask[0]) != config->match[0] ||
	    (dcid->word[1] & config->mask[1]) != config->match[1])
		return false;
	*slot = (config->slot_word ? dcid->word[1] : dcid->word[0]) >> config->slot_shift & 0xff;
	return true;
}
