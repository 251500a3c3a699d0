/* keys - the keys that were seen, as 128-bit hashes in one open table: two different keys are taken for one with a
 * probability of 1e-24 at 10 million keys. */
#include "check.h"

#include <stdlib.h>

static void put(uint64_t (*slots)[2], size_t cap, uint64_t a, uint64_t b)
{
	size_t at = a & (cap - 1);
	while (slots[at][0] | slots[at][1])
		at = (at + 1) & (cap - 1);
	slots[at][0] = a;
	slots[at][1] = b;
}

static int grow(struct keys *k)
{
	const size_t cap = k->cap ? k->cap * 2 : 1024;
	uint64_t (*slots)[2] = calloc(cap, sizeof *slots);
	if (!slots)
		return -1;
	for (size_t i = 0; i < k->cap; i++)
		if (k->slots[i][0] | k->slots[i][1])
			put(slots, cap, k->slots[i][0], k->slots[i][1]);
	free(k->slots);
	k->slots = slots;
	k->cap = cap;
	return 0;
}

int keys_put(struct keys *k, uint64_t a, uint64_t b)
{
	if (!(a | b))
		b = 1;
	if (k->used * 4 >= k->cap * 3 && grow(k) < 0)
		return -1;
	size_t at = a & (k->cap - 1);
	for (; k->slots[at][0] | k->slots[at][1]; at = (at + 1) & (k->cap - 1))
		if (k->slots[at][0] == a && k->slots[at][1] == b)
			return 0;
	if (k->used == k->max)
		return -2;
	k->slots[at][0] = a;
	k->slots[at][1] = b;
	k->used++;
	return 1;
}

void keys_done(struct keys *k)
{
	free(k->slots);
	*k = (struct keys){ .max = k->max };
}

void keys_clear(struct keys *k)
{
	if (k->used)
		keys_done(k);
}
