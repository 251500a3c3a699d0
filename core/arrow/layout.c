/* layout - see layout.h. */
#include "arrow/layout.h"
#include "arrow/personal.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const tribx_type_names[] = {
	[TRIB_NULL] = "null", [TRIB_BOOL] = "bool", [TRIB_I64] = "int64", [TRIB_F64] = "float64",
	[TRIB_DEC] = "decimal", [TRIB_STR] = "text", [TRIB_JSON] = "json", [TRIB_DATE] = "date",
	[TRIB_TIME] = "timestamp", [TRIB_CLOCK] = "time",
	[TRIB_DURATION] = "duration", [TRIB_SECRET] = "secret", [TRIB_LIST] = "list", [TRIB_MAP] = "map",
};

/* type NULL is where d:P,S is parsed. JSON is text with the canonical extension name arrow.json. */
static const struct { const char *format; enum trib_type type; int bits; bool offsets; } formats[] = {
	{ "vu", TRIB_STR, 128, false },
	{ "l", TRIB_I64, 64, false },
	{ "g", TRIB_F64, 64, false },
	{ "b", TRIB_BOOL, 1, false },
	{ "n", TRIB_NULL, 0, false },
	{ "u", TRIB_STR, 32, true },
	{ "tdD", TRIB_DATE, 32, false },
	{ "tsu:UTC", TRIB_TIME, 64, false },
	{ "ttu", TRIB_CLOCK, 64, false },
	{ "tDm", TRIB_DURATION, 64, false },
};
enum { FORMAT_COUNT = sizeof formats / sizeof *formats };

static const char key_extension[] = "ARROW:extension:name", json_extension[] = "arrow.json",
	key_from[] = "tributary.from";

enum trib_type tribx_stored(enum trib_type type)
{
	switch (type) {
	case TRIB_LIST: case TRIB_MAP:
		return TRIB_JSON;
	case TRIB_SECRET:
		return TRIB_STR;
	default:
		return type;
	}
}

int tribx_bits(enum trib_type type)
{
	if (type == TRIB_DEC || type == TRIB_JSON)
		return 128;
	for (int i = 0; i < FORMAT_COUNT; i++)
		if (formats[i].type == type)
			return formats[i].bits;
	return 0;
}

static const char *digits(const char *p, int *out)
{
	bool minus = *p == '-';
	int v = 0;
	p += minus;
	if (*p < '0' || *p > '9')
		return NULL;
	for (; *p >= '0' && *p <= '9'; p++)
		v = v > 9999 ? v : v * 10 + (*p - '0');
	*out = minus ? -v : v;
	return p;
}

bool tribx_parse_decimal(const char *format, int *precision, int *scale, int *bits)
{
	const char *p = format;
	*bits = 128;
	if (p[0] != 'd' || p[1] != ':' || !(p = digits(p + 2, precision)) || *p != ',' || !(p = digits(p + 1, scale)))
		return false;
	if (*p == ',' && !(p = digits(p + 1, bits)))
		return false;
	return *p == 0;
}

/* ---- metadata: int32 count, then per entry int32 size, key, int32 size, value ---- */

static const char *item(const char *p, struct trib_text *out)
{
	int32_t n;
	memcpy(&n, p, 4);
	if (n < 0)
		return NULL;
	*out = (struct trib_text){ p + 4, (size_t)n };
	return p + 4 + n;
}

struct trib_text tribx_metadata(const char *metadata, const char *key)
{
	struct trib_text k, v;
	int32_t count = 0;
	if (metadata)
		memcpy(&count, metadata, 4);
	const char *p = metadata ? metadata + 4 : NULL;
	for (int32_t i = 0; i < count; i++) {
		if (!(p = item(p, &k)) || !(p = item(p, &v)))
			break;
		if (tribx_text_is(k, key))
			return v;
	}
	return (struct trib_text){ NULL, 0 };
}

static char *put_item(char *p, const char *s)
{
	int32_t n = (int32_t)strlen(s);
	memcpy(p, &n, 4);
	/* the 0 is overwritten by what follows; behind the last one it serves tribx_label_from */
	memcpy(p + 4, s, (size_t)n + 1);
	return p + 4 + n;
}

bool tribx_layout_of(const struct ArrowSchema *s, struct tribx_layout *out)
{
	const struct ArrowSchema *values = s->dictionary ? s->dictionary : s;
	const char *f = values->format;
	struct tribx_layout l = { .coded = s->dictionary != NULL };
	int bits;
	if (l.coded && strcmp(s->format, "i") != 0)
		return false;
	if (f[0] == 'd' && tribx_parse_decimal(f, &l.precision, &l.scale, &bits)) {
		if (bits != 128 || l.precision < 1 || l.precision > 38 || l.scale < 0 || l.scale > 38 || l.coded)
			return false;
		l.type = TRIB_DEC;
		l.bits = 128;
		*out = l;
		return true;
	}
	for (int i = 0; i < FORMAT_COUNT; i++)
		if (strcmp(formats[i].format, f) == 0) {
			l.type = formats[i].type;
			l.bits = formats[i].bits;
			l.offsets = formats[i].offsets;
			if (l.coded && l.type != TRIB_STR)
				return false;
			if (l.type == TRIB_STR && s->metadata &&
			    tribx_text_is(tribx_metadata(s->metadata, key_extension), json_extension))
				l.type = TRIB_JSON;
			*out = l;
			return true;
		}
	return false;
}

/* ---- labels ---- */

struct label {
	atomic_int refs;
	struct ArrowSchema words;      /* the dictionary's schema, when coded */
	char format[24];
	char *from;                    /* in metadata */
	char *metadata;
	char name[];
};

static void drop_label(struct label *l)
{
	if (atomic_fetch_sub_explicit(&l->refs, 1, memory_order_acq_rel) == 1) {
		free(l->metadata);
		free(l);
	}
}

static void release_label(struct ArrowSchema *s)
{
	struct label *l = s->private_data;
	s->release = NULL;
	drop_label(l);
}

/* The dictionary's schema lives in the label. */
static void release_nothing(struct ArrowSchema *s)
{
	s->release = NULL;
}

static bool describe(struct label *l, bool json, const char *from)
{
	int32_t count = json + (from != NULL);
	if (count == 0)
		return true;
	size_t size = 5 + (json ? 8 + sizeof key_extension + sizeof json_extension : 0);
	size += from ? 8 + sizeof key_from + strlen(from) + 1 : 0;
	if (!(l->metadata = malloc(size)))
		return false;
	memcpy(l->metadata, &count, 4);
	char *p = l->metadata + 4;
	if (json)
		p = put_item(put_item(p, key_extension), json_extension);
	if (from) {
		p = put_item(p, key_from);
		l->from = p + 4;
		put_item(p, from);
	}
	return true;
}

int tribx_label_new(struct ArrowSchema *to, const struct tribx_label_as *as)
{
	size_t n = strlen(as->name);
	struct label *l = calloc(1, sizeof *l + n + 1);
	enum trib_type type = tribx_stored(as->type);
	if (!l || !describe(l, type == TRIB_JSON, as->from)) {
		free(l);
		return TRIB_FATAL;
	}
	atomic_init(&l->refs, 1);
	memcpy(l->name, as->name, n + 1);
	const char *format = as->format;
	for (int i = 0; !format && i < FORMAT_COUNT; i++)
		if (formats[i].type == (type == TRIB_JSON ? TRIB_STR : type))
			format = formats[i].format;
	if (type == TRIB_DEC)
		snprintf(l->format, sizeof l->format, "d:%d,%d", as->precision, as->scale);
	else
		snprintf(l->format, sizeof l->format, "%s", format);
	*to = (struct ArrowSchema){ .format = l->format, .name = l->name, .metadata = l->metadata,
	                            .flags = ARROW_FLAG_NULLABLE | as->marks,
	                            .release = release_label, .private_data = l };
	if (as->coded == TRIBX_CODED) {
		l->words = (struct ArrowSchema){ .format = l->format, .name = "", .flags = ARROW_FLAG_NULLABLE,
		                                 .release = release_nothing };
		to->format = "i";
		to->dictionary = &l->words;
	}
	return TRIB_OK;
}

void tribx_label_share(struct ArrowSchema *to, const struct ArrowSchema *from)
{
	struct label *l = from->private_data;
	atomic_fetch_add_explicit(&l->refs, 1, memory_order_relaxed);
	*to = *from;
}

int tribx_label_rename(struct ArrowSchema *to, const struct ArrowSchema *from, const char *name)
{
	struct tribx_layout l = { 0 };
	if (!name || strcmp(name, from->name) == 0) {
		tribx_label_share(to, from);
		return TRIB_OK;
	}
	if (!tribx_layout_of(from, &l))
		return TRIB_FATAL;
	return tribx_label_new(to, &(struct tribx_label_as){ .name = name, .marks = from->flags & TRIBX_ABOUT_PEOPLE, .type = l.type, .precision = l.precision,
	                                                     .scale = l.scale,
	                       .coded = l.coded ? TRIBX_CODED : TRIBX_PLAIN, .format = l.offsets ? "u" : NULL });
}

void tribx_label_drop(struct ArrowSchema *s)
{
	if (s->release)
		s->release(s);
}

const char *tribx_label_from(const struct ArrowSchema *s)
{
	return ((const struct label *)s->private_data)->from;
}
