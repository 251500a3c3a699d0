/* keys - whether a key came twice in a unit: hashes of their encoded cells. What is told apart here need not be sorted there. */
#include "copy.h"

#include <stdlib.h>
#include <string.h>

static uint64_t mix(uint64_t h, uint64_t v)
{
	const unsigned __int128 m = (unsigned __int128)(h ^ v) * 0x9e3779b97f4a7c15u;
	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t pg_hash(uint64_t h, const char *p, size_t n)
{
	uint64_t v;
	h = mix(h, n + 0x632be59bd9b4e019u);
	for (; n >= 8; n -= 8, p += 8) {
		memcpy(&v, p, 8);
		h = mix(h, v);
	}
	v = 0;
	memcpy(&v, p, n);
	return mix(h, v + n);
}

/* Past what 8 MiB hold, and after the first hash that comes twice, nothing is known any more. */
void pg_key(struct pg_keys *k, uint64_t hash)
{
	enum { SLOTS_MAX = 1 << 20 };
	if (k->doubtful)
		return;
	if (k->n * 5 >= k->size * 4) {
		const size_t size = k->size ? k->size * 2 : 4096;
		uint64_t *more = size > SLOTS_MAX ? NULL : calloc(size, sizeof *more);
		if (!more) {
			k->doubtful = true;
			return;
		}
		for (size_t i = 0; i < k->size; i++) {
			size_t at = k->slots[i] & (size - 1);
			while (k->slots[i] && more[at])
				at = (at + 1) & (size - 1);
			if (k->slots[i])
				more[at] = k->slots[i];
		}
		free(k->slots);
		k->slots = more;
		k->size = size;
	}
	hash += !hash;
	size_t at = hash & (k->size - 1);
	for (; k->slots[at]; at = (at + 1) & (k->size - 1))
		if (k->slots[at] == hash) {
			k->doubtful = true;
			return;
		}
	k->slots[at] = hash;
	k->n++;
}
