/* zone - see zone.h. Where the table of a file ends its rule goes on; the rule is written out for the 403 years behind
 * the table, and what lies further is read 400 years earlier: the calendar repeats, weekdays included. */
#include "parse/zone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parse/zone_file.h"

enum { FILE_MAX = 1 << 20 };

static const int64_t cycle = INT64_C(146097) * 86400;      /* 400 years */

void tribx_zone_close(struct tribx_zone *z)
{
	if (z)
		free(z->changes);
	free(z);
}

/* ---- by name ---- */

/* "+05:30" */
static bool fixed(const char *name, int32_t *offset)
{
	if ((*name != '+' && *name != '-') || strlen(name) != 6 || name[3] != ':')
		return false;
	for (int i = 1; i < 6; i++)
		if (i != 3 && (name[i] < '0' || name[i] > '9'))
			return false;
	const int hours = (name[1] - '0') * 10 + name[2] - '0', minutes = (name[4] - '0') * 10 + name[5] - '0';
	*offset = (hours * 60 + minutes) * (*name == '-' ? -60 : 60);
	return hours < 24 && minutes < 60;
}

/* A name is a path below the folder of the zones, never one out of it; "right/" counts leap seconds, which nobody wants. */
static bool is_name(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
	return *name && *name != '/' && !name[strspn(name, letters)] && strlen(name) < 64 && strncmp(name, "right/", 6) != 0;
}

static struct tribx_zone *load(const char *path)
{
	struct stat st;
	struct tribx_zone *z = NULL;
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *bytes = NULL;
	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		bytes = malloc((size_t)st.st_size + 1);
	if (bytes && read(fd, bytes, (size_t)st.st_size) == st.st_size)
		z = tribx_zone_of(bytes, (size_t)st.st_size);
	free(bytes);
	if (fd >= 0)
		close(fd);
	return z;
}

int tribx_zone_open(const char *name, struct tribx_zone **out, struct tribx_error *e)
{
	char path[sizeof TRIBX_ZONE_FOLDER + 65] = TRIBX_ZONE_FOLDER "/";
	int32_t offset = 0;
	struct tribx_zone *z = NULL;
	if (strcmp(name, "UTC") == 0 || strcmp(name, "Z") == 0 || fixed(name, &offset)) {
		if ((z = calloc(1, sizeof *z)))
			z->first = offset;
	} else if (!is_name(name) || access(strcat(path, name), F_OK) != 0) {
		tribx_error_hint(e, "write a name of the IANA list like Europe/Madrid, UTC, or +02:00");
		return tribx_fail(e, TRIB_CONFIG, "zone.unknown", "time zone \"%.64s\" is not known%s", name,
		                  access(TRIBX_ZONE_FOLDER "/UTC", F_OK) ? ": no zones are installed (package tzdata)" : "");
	} else {
		z = load(path);
	}
	if (!z)
		return tribx_fail(e, TRIB_CONFIG, "zone.bad_file", "time zone %s: %s is damaged", name, path);
	*out = z;
	return TRIB_OK;
}

/* ---- instant to clock ---- */

/* How far an instant lies behind what is written out, in whole cycles. */
static int64_t behind(const struct tribx_zone *z, int64_t s)
{
	return z->repeats && s >= z->limit ? ((s - z->limit) / cycle + 1) * cycle : 0;
}

/* How many changes are at or before s. */
static size_t passed(const struct tribx_zone *z, int64_t s)
{
	size_t low = 0, high = z->count;
	while (low < high) {
		const size_t mid = (low + high) / 2;
		if (z->changes[mid].at <= s)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

static int32_t offset_behind(const struct tribx_zone *z, size_t changes)
{
	return changes ? z->changes[changes - 1].offset : z->first;
}

int32_t tribx_zone_offset(const struct tribx_zone *z, int64_t utc_s)
{
	return offset_behind(z, passed(z, utc_s - behind(z, utc_s)));
}

int64_t tribx_zone_next(const struct tribx_zone *z, int64_t utc_s)
{
	const int64_t moved = behind(z, utc_s);
	const size_t i = passed(z, utc_s - moved);
	if (i == z->count || z->changes[i].at > INT64_MAX - moved)
		return INT64_MAX;
	return z->changes[i].at + moved;
}

/* ---- clock to instant ---- */

enum { FAR = 26 * 3600 + 1 };      /* no offset is larger (RFC 9636: 25:59:59) */

struct tribx_local tribx_zone_local(const struct tribx_zone *z, int64_t local_s)
{
	struct tribx_local out = { .is = TRIBX_LOCAL_GAP };
	if (local_s < INT64_MIN / 2 || local_s > INT64_MAX / 2)
		local_s = local_s < 0 ? INT64_MIN / 2 : INT64_MAX / 2;
	const int64_t moved = behind(z, local_s), local = local_s - moved;
	size_t i = passed(z, local - FAR);
	int found = 0;
	/* each stretch between two changes, whose clock may say it */
	for (;; i++) {
		const int32_t offset = offset_behind(z, i);
		const bool open = i == z->count;
		const int64_t at = local - offset;
		if ((i == 0 || at >= z->changes[i - 1].at) && (open || at < z->changes[i].at)) {
			out.first = found++ ? out.first : at;
			out.last = at;
		}
		if (open || z->changes[i].at > local + FAR)
			break;
		if (!found && at >= z->changes[i].at && local - z->changes[i].offset < z->changes[i].at) {
			out.change = z->changes[i].at;
			out.first = local - z->changes[i].offset;
			out.last = at;
		}
	}
	if (found) {
		out.is = found > 1 ? TRIBX_LOCAL_FOLD : TRIBX_LOCAL_ONE;
		out.change = out.first;
	}
	out.first += moved;
	out.last += moved;
	out.change += moved;
	return out;
}
