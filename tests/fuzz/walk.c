/* fuzz: the walk over JSON lines by every kernel, against the slow check (is it JSON?) and jansson (is it this value?); then the
 * splitter of documents in pieces of every size, against the same two. The first line is a path. */
#include "fuzz/fuzz.h"

#include <jansson.h>

#include "parse/json_split.h"
#include "parse/json_walk.h"
#include "parse/utf.h"

/* What jansson finds at a JSON pointer; NULL: nothing, or the path has steps of its own (~, [). */
static const json_t *at_pointer(const json_t *v, const char *path, bool *simple)
{
	*simple = !strpbrk(path, "~[");
	while (v && *path == '/') {
		char name[64] = "";
		const size_t n = strcspn(++path, "/");
		if (n >= sizeof name) {
			*simple = false;
			return NULL;
		}
		memcpy(name, path, n);
		path += n;
		const bool index = *name && strlen(name) == strspn(name, "0123456789") && (name[0] != '0' || !name[1]) && strlen(name) < 9;
		v = json_is_array(v) && index ? json_array_get(v, (size_t)atoi(name)) : json_object_get(v, name);
	}
	return v;
}

struct seen { enum tribx_line is; bool twice, no_path; char *value; };

static struct seen walk(enum tribx_isa isa, const char *path, const char *line, size_t n)
{
	struct tribx_json_plan plan = { .last_wins = false };
	struct tribx_json_index ix = { 0 };
	struct tribx_json_walk w = { 0 };
	struct seen s = { .is = TRIBX_LINE_BAD };
	char *p = fuzz_block(line, n, 65);
	p[n] = '\n';
	s.no_path = tribx_json_plan_add(&plan, path) != NULL;
	if (!s.no_path) {
		FUZZ_LAW(tribx_json_scan(isa, p, 0, n + 1, &ix) && tribx_json_walk_start(&w, &plan, p, 1), "no memory");
		w.at = ix.at;
		s.is = ix.odd ? TRIBX_LINE_BAD : tribx_json_line(&w);
		s.twice = s.is == TRIBX_LINE_BAD && w.why;
		const struct tribx_slice v = s.is == TRIBX_LINE_OK ? w.cells[0][0] : (struct tribx_slice){ 0, 0 };
		FUZZ_LAW((size_t)v.at + v.size <= n, "the value lies behind the line");
		if (v.size)
			s.value = fuzz_block(p + v.at, v.size, 1);
	}
	tribx_json_walk_done(&w);
	tribx_json_index_done(&ix);
	tribx_json_plan_done(&plan);
	free(p);
	return s;
}

/* What a walk remembers of the lines before changes nothing: the line by itself, one with other names, and the line again twice. */
static void check_memory(enum tribx_isa isa, const char *path, const char *line, size_t n, const struct seen *want)
{
	struct tribx_json_plan plan = { .last_wins = false };
	struct tribx_json_index ix = { 0 };
	struct tribx_json_walk w = { 0 };
	char *p = fuzz_block("", 0, 4 * (n + 1) + 64);
	for (size_t k = 0; k < 4; k++) {
		char *to = p + k * (n + 1);
		memcpy(to, line, n);
		for (size_t i = 0; i < n && k == 1; i++)
			to[i] = to[i] == 'a' || to[i] == 't' ? 'b' : to[i];
		to[n] = '\n';
	}
	FUZZ_LAW(!tribx_json_plan_add(&plan, path), "a path that was one is none");
	FUZZ_LAW(tribx_json_scan(isa, p, 0, 4 * (n + 1), &ix) && tribx_json_walk_start(&w, &plan, p, 4), "no memory");
	w.at = ix.at;
	for (uint32_t k = 0; k < 4 && !ix.odd; k++) {
		w.row = k;
		const enum tribx_line is = tribx_json_line(&w);
		const struct tribx_slice v = is == TRIBX_LINE_OK ? w.cells[0][k] : (struct tribx_slice){ 0, 0 };
		const size_t size = want->value ? strlen(want->value) : 0;
		FUZZ_LAW(k == 1 || (is == want->is && v.size == size && (!size || memcmp(p + v.at, want->value, size) == 0)), "line %u is %d, alone %d %s", k, is, want->is, want->value);
	}
	tribx_json_walk_done(&w);
	tribx_json_index_done(&ix);
	tribx_json_plan_done(&plan);
	free(p);
}

static void check_walk(const char *path, const char *line, size_t n, const json_t *doc, bool good)
{
	bool simple;
	const json_t *want = at_pointer(doc, path, &simple);
	struct seen first = { 0 };
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++) {
		if (!tribx_isa_here(isa))
			continue;
		struct seen s = walk(isa, path, line, n);
		if (isa == TRIBX_SERIAL) {
			first = s;
			if (!s.no_path)
				check_memory(isa, path, line, n, &s);
			continue;
		}
		FUZZ_LAW(s.is == first.is && !s.value == !first.value && (!s.value || strcmp(s.value, first.value) == 0), "%s: %d %s, serial %d %s",
		         tribx_isa_names[isa], s.is, s.value, first.is, first.value);
		free(s.value);
	}
	if (first.is == TRIBX_LINE_OK)
		FUZZ_LAW(good, "a line that is no JSON object was walked");
	if (good && doc && json_is_object(doc) && !first.no_path)
		FUZZ_LAW(first.is == TRIBX_LINE_OK || first.twice, "a JSON object was not walked: %d", first.is);
	if (first.is == TRIBX_LINE_OK && doc && simple) {
		json_t *is = first.value ? json_loads(first.value, JSON_DECODE_ANY, NULL) : NULL;
		FUZZ_LAW(want ? is && json_equal(is, (json_t *)(uintptr_t)want) : !first.value, "%s is %s", path, first.value);
		json_decref(is);
	}
	free(first.value);
}

/* ---- the splitter ---- */

struct split { struct tribx_buf out; struct tribx_error error; int status; int64_t base; };

static void split(const char *path, const char *p, size_t n, size_t step, enum tribx_isa isa, struct split *r)
{
	*r = (struct split){ .base = -1 };
	struct tribx_json_split *s = tribx_json_split_new(path, "in", 64, isa, &r->error);
	r->status = s ? TRIB_OK : r->error.status;
	for (size_t at = 0; s && r->status == TRIB_OK;) {
		const size_t piece = n - at < step ? n - at : step;
		char *copy = fuzz_block(p + at, piece, 0);
		at += piece;
		r->status = tribx_json_split(s, copy, piece, at == n, &r->out, &r->error);
		free(copy);
		if (at == n)
			break;
	}
	r->base = s ? tribx_json_split_base(s) : -1;
	tribx_json_split_free(s);
}

/* How many of the lines are records, and whether all are JSON; with `all`, they are its items. */
static void check_lines(const struct split *s, const json_t *all, bool good)
{
	size_t count = 0, at;
	bool json = true;
	for (const char *p = s->out.p ? s->out.p : "", *end; *p; p = end + 1) {
		if (!(end = memchr(p, '\n', (size_t)(s->out.p + s->out.n - p))))
			FUZZ_LAW(false, "a record does not end");
		if (strspn(p, " \t\r\n") >= (size_t)(end - p))
			continue;
		json = json && !tribx_json_check(p, (size_t)(end - p), &at);
		json_t *is = all ? json_loadb(p, (size_t)(end - p), JSON_DECODE_ANY, NULL) : NULL;
		FUZZ_LAW(!all || (is && json_equal(is, json_array_get(all, count))), "record %zu is %.*s", count, (int)(end - p), p);
		json_decref(is);
		count++;
	}
	FUZZ_LAW(good || !json, "a document that is no JSON became %zu records that are", count);
	FUZZ_LAW(!all || count == json_array_size(all), "%zu of %zu records", count, json_array_size(all));
}

/* The same fault. A name that stands twice is told when it is read, what is no JSON when its piece is: of two faults either may be first. */
static bool same_fault(const struct split *a, const struct split *b)
{
	return a->status == b->status && (strcmp(a->error.text, b->error.text) == 0 || strcmp(a->error.code, "json.duplicate_name") == 0 ||
	                                  strcmp(b->error.code, "json.duplicate_name") == 0);
}

static void check_split(const char *path, const char *p, size_t n, size_t step, const json_t *doc, bool good)
{
	struct split whole, pieces;
	bool simple;
	const json_t *all = at_pointer(doc, strcmp(path, "/") == 0 ? "" : path, &simple);
	split(path, p, n, n ? n : 1, TRIBX_SERIAL, &whole);
	for (enum tribx_isa isa = TRIBX_SERIAL; isa < TRIBX_ISA_COUNT; isa++) {
		if (!tribx_isa_here(isa))
			continue;
		split(path, p, n, step, isa, &pieces);
		FUZZ_LAW(same_fault(&whole, &pieces), "%s, pieces of %zu: %d %s, whole: %d %s",
		         tribx_isa_names[isa], step, pieces.status, pieces.error.text, whole.status, whole.error.text);
		FUZZ_LAW(whole.status != TRIB_OK || (whole.out.n == pieces.out.n && (!whole.out.n || memcmp(whole.out.p, pieces.out.p, whole.out.n) == 0)),
		         "%s, pieces of %zu: other records", tribx_isa_names[isa], step);
		FUZZ_LAW(whole.status != TRIB_OK || whole.base == pieces.base, "another base");
		tribx_buf_done(&pieces.out);
	}
	fuzz_error(&whole.error, whole.status);
	if (whole.status == TRIB_OK && !memchr(p, 0, n))
		check_lines(&whole, simple && json_is_array(all) && !strchr(path, '.') ? all : NULL, good);
	if (good && simple && json_is_array(all) && whole.status != TRIB_OK)
		FUZZ_LAW(strcmp(whole.error.code, "json.duplicate_name") == 0 || strcmp(whole.error.code, "json.too_deep") == 0, "a good document is refused: %s",
		         whole.error.text);
	tribx_buf_done(&whole.out);
}

FUZZ(walk)
{
	static const char *const paths[] = { "", "/", "/t", "/a/t", ".", "/a/." };
	struct fuzz_in in = { data, size };
	char *path = fuzz_text(fuzz_line(&in));
	const char *where = paths[fuzz_pick(&in, sizeof paths / sizeof *paths)];
	const size_t step = 1 + fuzz_pick(&in, 80);
	char *p = fuzz_block(in.p, in.n, 0);
	size_t at;
	if (tribx_utf8_bad(TRIBX_SERIAL, p, in.n) == in.n) {
		const char *why = tribx_json_check(p, in.n, &at);
		const bool good = !why;
		json_error_t e;
		json_t *doc = json_loadb(p, in.n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &e);
		if (good)   /* what else jansson refuses: numbers that a double does not hold */
			FUZZ_LAW(doc || json_error_code(&e) == json_error_numeric_overflow, "jansson does not take it: %s", e.text);
		else
			FUZZ_LAW(!doc || strstr(why, "deep"), "jansson takes it: %s", why);
		json_decref(doc);
		doc = good ? json_loadb(p, in.n, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES, NULL) : NULL;
		check_split(where, p, in.n, step, doc, good);
		for (size_t i = 0; i < in.n; i++)
			p[i] = p[i] == '\n' ? ' ' : p[i];    /* one line */
		check_walk(path, p, in.n, doc, !tribx_json_check(p, in.n, &at));
		json_decref(doc);
	}
	free(p);
	free(path);
	return 0;
}
