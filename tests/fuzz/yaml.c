/* fuzz: a pipeline's file: YAML, the keys of a pipeline, of its schedule and of the formats. JSON made of a tree is YAML of the same
 * tree; faults have codes. Nothing is opened: ${file:} and ${cmd:} are left out. */
#include "fuzz/fuzz.h"

#include <jansson.h>

#include "config/load.h"
#include "io/format.h"
#include "parse/utf.h"
#include "sched/schedule.h"

static void check_findings(struct tribx_findings *f)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct tribx_error *e = &f->items[i];
		FUZZ_LAW(tribx_error_find(e->code), "%s is no row of errors.def: %s", e->code, e->text);
		FUZZ_LAW(*e->text && tribx_utf8_bad(TRIBX_SERIAL, e->text, strlen(e->text)) == strlen(e->text), "%s: %s", e->code, e->text);
		FUZZ_LAW(e->line >= 0 && e->column >= 0, "place %d:%d", e->line, e->column);
	}
}

/* false: libfyaml 0.7.12 made text of a damaged block out of memory that nobody wrote; the sanitizer fills that with 0xBE. */
static bool check_round(const struct tribx_conf *c)
{
	struct tribx_arena arena = { 0 };
	struct tribx_findings f = { 0 };
	struct tribx_buf one = { .max = 1 << 20 }, two = { .max = 1 << 20 };
	const bool json = tribx_conf_json(c, &one) && !one.failed && one.p && one.p[0];   /* aliases can make more than a MiB */
	const bool good = !one.p || tribx_utf8_bad(TRIBX_SERIAL, one.p, one.n) == one.n;
	if (json && good) {
		json_error_t e;
		json_t *j = json_loadb(one.p, one.n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &e);
		FUZZ_LAW(j || json_error_code(&e) == json_error_numeric_overflow, "no JSON: %s: %.2000s", e.text, one.p);
		json_decref(j);
		const struct tribx_conf *again = strcmp(one.p, "null") == 0 ? NULL : tribx_yaml(one.p, "json", &arena, &f);
		if (again && f.count == 0 && tribx_conf_json(again, &two) && !two.failed)
			FUZZ_LAW(strcmp(one.p, two.p) == 0, "%.2000s becomes %.2000s", one.p, two.p);
	}
	tribx_findings_done(&f);
	tribx_buf_done(&one);
	tribx_buf_done(&two);
	tribx_arena_done(&arena);
	return good;
}

static void shape(const struct tribx_conf *c, struct tribx_arena *arena)
{
	struct tribx_findings f = { 0 }, none = { 0 };
	const struct tribx_vars vars = { .project = "/p", .dir = "/p", .row_name = "" };
	struct tribx_conf *root = tribx_substitute(c, &vars, arena, &f);
	struct tribx_pipeline p = { .name = "p", .base = "p", .file = "t.yaml", .dir = "/p" };
	struct tribx_schedule s = { 0 };
	if (root) {
		tribx_pipeline_shape(&p, root, arena, &f);
		if (p.schedule)
			(void)tribx_schedule_load(&s, &p, &f);
		if (p.schedule)
			tribx_schedule_done(&s);
		void *format = calloc(1, tribx_format_size);
		const bool good = format && p.source.options && tribx_fields_load(tribx_format_fields, format, NULL, NULL, arena, p.source.options, NULL, &none);
		struct tribx_error e = { 0 };
		if (good)
			fuzz_error(&e, tribx_format_check(format, &e));
		FUZZ_LAW(!p.source.options || good == (tribx_findings_faults(&none) == 0), "a fault, and the options are good");
		free(format);
	}
	check_findings(&f);
	check_findings(&none);
	tribx_findings_done(&f);
	tribx_findings_done(&none);
}

FUZZ(yaml)
{
	struct tribx_arena arena = { 0 };
	struct tribx_findings f = { 0 };
	char *text = fuzz_text((struct trib_text){ (const char *)data, size });
	const size_t n = strlen(text);
	bool control = false;                        /* what config/file.c lets through */
	for (size_t i = 0; i < n; i++)
		control |= ((unsigned char)text[i] < 0x20 && !strchr("\t\n\r", text[i])) || text[i] == 0x7F;
	if (!control && !strstr(text, "${cmd") && !strstr(text, "${file") && tribx_utf8_bad(TRIBX_SERIAL, text, n) == n) {
		const struct tribx_conf *c = tribx_yaml(text, "t.yaml", &arena, &f);
		FUZZ_LAW(c || f.count, "no tree and no fault");
		check_findings(&f);
		if (c) {
			const bool good = check_round(c);
			if (good && c->kind == TRIBX_MAP)   /* project.c looks */
				shape(c, &arena);
		}
		tribx_findings_done(&f);
		(void)tribx_csv_conf(text, "t.csv", &arena, &f);
		check_findings(&f);
	}
	tribx_findings_done(&f);
	tribx_arena_done(&arena);
	free(text);
	return 0;
}
