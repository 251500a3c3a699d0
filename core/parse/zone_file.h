/* zone_file - inside of zone: what is kept of a TZif file. */
#ifndef TRIBX_ZONE_FILE_H
#define TRIBX_ZONE_FILE_H

#include <stdint.h>
#include <stdbool.h>
#include <stddef.h>

struct tribx_zone {
	int32_t first;                   /* offset before all changes */
	struct { int64_t at; int32_t offset; } *changes;         /* rising; every one changes the offset */
	size_t count, room;
	int64_t limit;                   /* from here on everything repeats what was 400 years before */
	bool repeats;
};

#endif
