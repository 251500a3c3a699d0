/* fuzz: a zone's file. What is taken for one is a clock: every instant has a reading that leads back to it, and offsets change
 * where it says that they change. */
#include "fuzz/fuzz.h"

#include "parse/zone.h"

static void check(const struct tribx_zone *z, int64_t t)
{
	const int32_t offset = tribx_zone_offset(z, t);
	FUZZ_LAW(offset > -200000 && offset < 200000, "offset %d", offset);
	const struct tribx_local l = tribx_zone_local(z, t + offset);
	FUZZ_LAW(l.is != TRIBX_LOCAL_GAP, "%lld has a reading that no clock shows", (long long)t);
	FUZZ_LAW(l.is == TRIBX_LOCAL_ONE ? l.first == t && l.last == t : l.first < l.last, "%lld: reading leads to %lld and %lld", (long long)t,
	         (long long)l.first, (long long)l.last);
	const int64_t next = tribx_zone_next(z, t);
	FUZZ_LAW(next > t, "the next change behind %lld is at %lld", (long long)t, (long long)next);
	if (next != INT64_MAX)
		FUZZ_LAW(tribx_zone_offset(z, next) != tribx_zone_offset(z, next - 1) && tribx_zone_offset(z, next - 1) == offset,
		         "no change at %lld", (long long)next);
}

FUZZ(zone)
{
	static const int64_t times[] = { -62135596800, -5000000000, -1, 0, 1, 951782400, 1711846800, 1729990800, 4102444800, 7258118400, 95617584000, 253402300799 };
	char *p = fuzz_block(data, size, 0);
	struct tribx_zone *z = tribx_zone_of(p, size);
	for (size_t i = 0; z && i < sizeof times / sizeof *times; i++) {
		int64_t t = times[i];
		for (int k = 0; k < 4 && t != INT64_MAX; k++) {
			check(z, t);
			t = tribx_zone_next(z, t);
			if (t != INT64_MAX)
				check(z, t - 1);
		}
	}
	tribx_zone_close(z);
	free(p);
	return 0;
}
