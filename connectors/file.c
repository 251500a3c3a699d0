/* file - rows of files: one part per file or archive member, in name order.
 *
 * A part's row holds the etag of its content, so a known file is skipped by the core, and a file delivered again with other
 * bytes is read again. With period_from a part declares which periods it covers: a file rewritten for its period replaces that
 * slice, and rows that are gone from it are closed. A file has no safe point inside: it is published whole or not at all. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>
#include <stdlib.h>
#include <tributary.h>
#include <tributary/value.h>

#ifdef PCRE2_MATCH_INVALID_UTF
#define NAMES_ARE_UTF (PCRE2_UTF | PCRE2_MATCH_INVALID_UTF)   /* mostly: a file name may be any bytes */
#else
#define NAMES_ARE_UTF 0
#endif

enum { PERIOD_TEXT = 40, RECENT = 64 };
struct period { char text[PERIOD_TEXT]; };
struct recent { char text[40]; size_t size; int is; };       /* is: index into seen, counted from 1; 0: empty */

struct file {
	const char *url, *member, *period_column, *file_column;
	bool optional;
	trib_map period_from;
	const char *part, *etag, *period;                       /* per part */

	struct trib_bytes *in;
	struct period *seen;                                    /* of period_from.column, in order of arrival */
	int seen_count, seen_cap;
	struct recent recent[RECENT];                           /* texts met lately */
};

static const struct trib_field options[] = {
	TRIB_FIELD(struct file, url, .flags = TRIB_REQUIRED | TRIB_PATH, .help = "File, or files by pattern: * and ? in any part of the path, ** for any folders."),
	TRIB_FIELD(struct file, member, .help = "Which files inside of archives, by pattern; without / it is for the name in any folder, INNER.zip!/NAME is for inner archives."),
	TRIB_FIELD(struct file, optional, .dflt = "false", .help = "No matching file is not an error."),
	TRIB_FIELD(struct file, period_from, .help = "Which period a file is for: file (regular expression with a group named period) or column; format and grain (day, week, month, quarter, year) if they cannot be told."),
	TRIB_FIELD(struct file, period_column, .dflt = "period", .help = "Column that period_from adds: 2025-01-31, 2025-W05, 2025-01, 2025-Q1 or 2025."),
	TRIB_FIELD(struct file, file_column, .help = "Column to add with the name of the file."),
	TRIB_FIELD(struct file, part, .flags = TRIB_PART, .help = "The file or member that this part is."),
	TRIB_FIELD(struct file, etag, .flags = TRIB_PART, .help = "Changes when the content changes."),
	TRIB_FIELD(struct file, period, .flags = TRIB_PART, .help = "The period of the part, from its name."),
	{ 0 }
};

/* ---- period_from ---- */

struct rule {                      /* shared: constant for all parts */
	pcre2_code *name;
	bool by_column, has_grain;
	enum trib_grain grain;
};

static const char *const rule_keys[] = { "file", "column", "format", "grain" };

static int check_keys(struct trib *t, const trib_map *from)
{
	for (size_t i = 0; i < from->count; i++) {
		size_t k = 0;
		while (k < sizeof rule_keys / sizeof *rule_keys && strcmp(from->names[i], rule_keys[k]) != 0)
			k++;
		if (k == sizeof rule_keys / sizeof *rule_keys)
			return trib_fail(t, TRIB_CONFIG, "file.bad_period_from: period_from has no key %s; it has file, column, format, grain", from->names[i]);
	}
	if (from->count && (trib_map_text(from, "file") != NULL) == (trib_map_text(from, "column") != NULL))
		return trib_fail(t, TRIB_CONFIG, "file.bad_period_from: period_from needs either file or column");
	return TRIB_OK;
}

static int share_rule(struct trib *t, const void *self, void *shared)
{
	const struct file *s = self;
	struct rule *r = shared;
	const char *pattern = trib_map_text(&s->period_from, "file"), *grain = trib_map_text(&s->period_from, "grain");
	int rc = check_keys(t, &s->period_from);
	if (rc < 0)
		return rc;
	r->by_column = trib_map_text(&s->period_from, "column");
	r->has_grain = grain;
	if (grain && trib_grain(grain, &r->grain) < 0)
		return trib_fail(t, TRIB_CONFIG, "file.bad_period_from: grain %s is none of day, week, month, quarter, year", grain);
	if (!pattern)
		return TRIB_OK;
	int code = 0;
	PCRE2_SIZE at = 0;
	PCRE2_UCHAR why[128];
	r->name = pcre2_compile((PCRE2_SPTR)pattern, PCRE2_ZERO_TERMINATED, NAMES_ARE_UTF, &code, &at, NULL);
	if (r->name && pcre2_substring_number_from_name(r->name, (PCRE2_SPTR)"period") > 0)
		return TRIB_OK;
	if (r->name)
		return trib_fail(t, TRIB_CONFIG, "file.bad_period_from: %s has no group named period: write (?<period>...)", pattern);
	pcre2_get_error_message(code, why, sizeof why);
	return trib_fail(t, TRIB_CONFIG, "file.bad_period_from: %s, at character %zu: %s", pattern, (size_t)at, (const char *)why);
}

static void unshare_rule(struct trib *t, void *shared)
{
	(void)t;
	pcre2_code_free(((struct rule *)shared)->name);
}

static int iso_week(trib_date monday, int *year)
{
	trib_date thursday = { monday.days + 3 };
	int month, day;
	trib_date_split(thursday, year, &month, &day);
	return (thursday.days - trib_date_of(*year, 1, 1).days) / 7 + 1;
}

static void write_period(enum trib_grain grain, trib_date start, char to[PERIOD_TEXT])
{
	int year, month, day, week = grain == TRIB_WEEK ? iso_week(start, &year) : 0;
	if (!week)
		trib_date_split(start, &year, &month, &day);
	switch (grain) {
	case TRIB_DAY: trib_date_text(start, to); break;
	case TRIB_WEEK: snprintf(to, PERIOD_TEXT, "%04d-W%02d", year, week); break;
	case TRIB_MONTH: snprintf(to, PERIOD_TEXT, "%04d-%02d", year, month); break;
	case TRIB_QUARTER: snprintf(to, PERIOD_TEXT, "%04d-Q%d", year, (month + 2) / 3); break;
	case TRIB_YEAR: snprintf(to, PERIOD_TEXT, "%04d", year); break;
	}
}

/* false: cell is no period, or one that is longer than the grain asked for. */
static bool read_period(const struct rule *r, const char *format, struct trib_text cell, struct period *out)
{
	enum trib_grain grain;
	trib_date start, end;
	if (trib_period(cell, format, &grain, &start, &end) < 0 || (r->has_grain && grain > r->grain))
		return false;
	if (r->has_grain && grain < r->grain) {
		trib_period_of(start, r->grain, &start, &end);
		grain = r->grain;
	}
	write_period(grain, start, out->text);
	return true;
}

/* The group named period in text, if the expression matches there. */
static struct trib_text match(const struct rule *r, pcre2_match_data *m, const char *text)
{
	struct trib_text none = { NULL, 0 };
	if (pcre2_match(r->name, (PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, 0, 0, m, NULL) < 0)
		return none;
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(m);
	int k = pcre2_substring_number_from_name(r->name, (PCRE2_SPTR)"period");
	return k > 0 && at[2 * k] != PCRE2_UNSET ? (struct trib_text){ text + at[2 * k], at[2 * k + 1] - at[2 * k] } : none;
}

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

/* The nearest name decides: the member's, then the archive's, then the whole path. */
static int period_of_name(struct trib *t, const struct file *s, const char *part, struct period *out)
{
	const struct rule *r = trib_shared(t);
	char *archive = trib_fmt(t, "%s", part);
	pcre2_match_data *m = pcre2_match_data_create_from_pattern(r->name, NULL);
	if (!archive || !m) {
		pcre2_match_data_free(m);
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	}
	char *inner = strstr(archive, "!/");
	if (inner)
		*inner = 0;
	const char *const names[] = { last_part(part), last_part(archive), part };
	struct trib_text cell = { NULL, 0 };
	for (int i = 0; i < 3 && !cell.p; i++)
		cell = match(r, m, names[i]);
	pcre2_match_data_free(m);
	if (!cell.p)
		return trib_fail(t, TRIB_DATA, "file.no_period: %s does not match %s", part, trib_map_text(&s->period_from, "file"));
	if (!read_period(r, trib_map_text(&s->period_from, "format"), cell, out))
		return trib_fail(t, TRIB_DATA, "file.no_period: %s: \"%.*s\" is no period that period_from.format and grain allow", part,
		                 (int)cell.n, cell.p);
	return TRIB_OK;
}

/* ---- parts ---- */

static int split(struct trib *t, void *self, struct trib_batch *parts)
{
	const struct file *s = self;
	const struct rule *r = trib_shared(t);
	struct trib_batch found = { 0 };
	struct trib_view url, size, etag;
	struct period p;
	int rc = trib_find(t, s->url, s->member && *s->member ? s->member : NULL, &found);
	if (rc == TRIB_END)
		return s->optional ? TRIB_OK : trib_fail(t, TRIB_DATA, "file.no_match: nothing matches %s", s->url);
	if (rc < 0)
		return rc;
	if (trib_view(&found, trib_col(&found, "url"), &url) < 0 || trib_view(&found, trib_col(&found, "size"), &size) < 0 ||
	    trib_view(&found, trib_col(&found, "etag"), &etag) < 0)
		rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	int part = trib_add(parts, "part", TRIB_STR), bytes = trib_add(parts, "size", TRIB_I64), tag = trib_add(parts, "etag", TRIB_STR);
	int period = r->name ? trib_add(parts, "period", TRIB_STR) : -1;
	for (int64_t i = 0; rc == TRIB_OK && i < found.array.length; i++) {
		struct trib_text name = trib_str(&url, i);
		const char *text = trib_fmt(t, "%.*s", (int)name.n, name.p);
		if (r->name && (rc = text ? period_of_name(t, s, text, &p) : trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory")) < 0)
			break;
		trib_put_str(parts, part, name);
		trib_put_i64(parts, bytes, ((const int64_t *)size.values)[i]);
		trib_put_str(parts, tag, trib_str(&etag, i));
		if (r->name)
			trib_put_str(parts, period, (struct trib_text){ p.text, strlen(p.text) });
		trib_rows(parts, 1);
	}
	trib_free(&found);
	return rc;
}

/* ---- periods of a column ---- */

/* Index into seen, or -1: no memory. */
static int see(struct file *s, const struct period *p)
{
	for (int i = s->seen_count - 1; i >= 0; i--)
		if (strcmp(s->seen[i].text, p->text) == 0)
			return i;
	if (s->seen_count == s->seen_cap) {
		int cap = s->seen_cap ? s->seen_cap * 2 : 64;
		struct period *grown = realloc(s->seen, (size_t)cap * sizeof *grown);
		if (!grown)
			return -1;
		s->seen = grown;
		s->seen_cap = cap;
	}
	s->seen[s->seen_count] = *p;
	return s->seen_count++;
}

/* Index into seen; -1: the text is no period; -2: no memory. Texts repeat: most are found among the recent ones. */
static int period_of_cell(struct file *s, const struct rule *r, const char *format, struct trib_text cell)
{
	struct period p;
	uint32_t hash = 2166136261u;
	bool short_text = cell.n <= sizeof s->recent->text;
	for (size_t i = 0; short_text && i < cell.n; i++)
		hash = (hash ^ (unsigned char)cell.p[i]) * 16777619u;
	struct recent *recent = &s->recent[(hash ^ hash >> 16) % RECENT];
	if (short_text && recent->is && recent->size == cell.n && memcmp(recent->text, cell.p, cell.n) == 0)
		return recent->is - 1;
	if (!cell.p || !read_period(r, format, cell, &p))
		return -1;
	int is = see(s, &p);
	if (is < 0)
		return -2;
	if (short_text) {
		memcpy(recent->text, cell.p, cell.n);
		recent->size = cell.n;
		recent->is = is + 1;
	}
	return is;
}

static struct trib_text cell_of(const struct trib_view *v, int64_t row, char to[16])
{
	if (v->type != TRIB_DATE)
		return trib_str(v, row);
	return trib_null(v, row) ? (struct trib_text){ NULL, 0 } : (struct trib_text){ to, trib_date_text(((const trib_date *)v->values)[row], to) };
}

static int add_periods(struct trib *t, struct file *s, struct trib_batch *b)
{
	const char *column = trib_map_text(&s->period_from, "column"), *format = trib_map_text(&s->period_from, "format");
	struct trib_view v;
	char date[16];
	int rc = trib_view(b, trib_col(b, column), &v);
	if (rc < 0)
		return trib_fail(t, TRIB_DATA, "file.no_period: %s has no column %s", s->part, column);
	if (v.type != TRIB_STR && v.type != TRIB_DATE && v.type != TRIB_NULL)
		return trib_fail(t, TRIB_CONFIG, "file.no_period: column %s is neither a text nor a date", column);
	int32_t *codes = trib_scratch(t, ((size_t)v.length + 1) * sizeof *codes);
	for (int64_t i = 0; codes && i < v.length; i++) {
		struct trib_text cell = cell_of(&v, i, date);
		codes[i] = period_of_cell(s, trib_shared(t), v.type == TRIB_DATE ? NULL : format, cell);
		if (codes[i] == -1)
			trib_reject(t, b, i, "file.no_period", "%s: \"%.*s\" is no period that period_from.format and grain allow", column,
			            cell.p ? (int)cell.n : 0, cell.p ? cell.p : "");
		if (codes[i] == -2)
			codes = NULL;
	}
	struct trib_text *words = trib_scratch(t, ((size_t)s->seen_count + 1) * sizeof *words);
	if (!codes || !words)
		return trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory");
	for (int i = 0; i < s->seen_count; i++)
		words[i] = (struct trib_text){ s->seen[i].text, strlen(s->seen[i].text) };
	rc = trib_add_words(b, s->period_column, codes, words, s->seen_count);
	return rc < 0 ? trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory") : TRIB_OK;
}

/* ---- reading ---- */

static int declare(struct trib *t, const struct file *s)
{
	struct trib_batch slices = { 0 };
	int col = trib_add(&slices, s->period_column, TRIB_STR), count = s->period ? 1 : s->seen_count;
	if (count == 0) {
		trib_free(&slices);
		return TRIB_OK;
	}
	for (int i = 0; i < count; i++) {
		const char *text = s->period ? s->period : s->seen[i].text;
		trib_put_str(&slices, col, (struct trib_text){ text, strlen(text) });
		trib_rows(&slices, 1);
	}
	return trib_slice(t, &slices);
}

static int read_file(struct trib *t, void *self, struct trib_batch *out)
{
	struct file *s = self;
	const struct rule *r = trib_shared(t);
	int rc = trib_stopping(t) ? trib_fail(t, TRIB_STOPPED, "stopped on request") : TRIB_OK;
	if (rc == TRIB_OK && !s->in)
		rc = trib_open(t, s->part, 0, -1, &s->in);
	if (rc < 0 || (rc = trib_decode(t, s->in, NULL, out)) < 0)
		return rc;
	int ended = rc;
	rc = r->by_column && trib_cols(out) > 0 ? add_periods(t, s, out) : TRIB_OK;
	if (s->period)
		trib_constant(out, s->period_column, (struct trib_text){ s->period, strlen(s->period) });
	if (s->file_column && *s->file_column)
		trib_constant(out, s->file_column, (struct trib_text){ s->part, strlen(s->part) });
	if (rc == TRIB_OK && ended == TRIB_END)
		rc = declare(t, s);
	return rc < 0 ? rc : ended == TRIB_END ? TRIB_END : TRIB_MORE;
}

static void close_file(struct trib *t, void *self)
{
	struct file *s = self;
	trib_close(t, s->in);
	free(s->seen);
	s->in = NULL;
	s->seen = NULL;
}

static const struct trib_stream streams[] = { { "rows", "Rows of the files.", NULL, read_file }, { 0 } };

TRIB_PLUGIN(file, .help = "Rows of local files: csv, tsv, jsonl; plain, packed (gz, zst, xz, bz2, lz4) or in archives (zip, tar).", .flags = TRIB_FORMATS, .self_size = sizeof(struct file),
            .shared_size = sizeof(struct rule), .options = options, .share = share_rule, .unshare = unshare_rule, .close = close_file,
            .split = split, .streams = streams);
