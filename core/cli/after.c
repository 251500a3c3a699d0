/* after - what is left after runs: runs list|show, loads list, dead-letters list|show. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/target.h"
#include "cli/view.h"
#include "run/store.h"

enum { CELL_MAX = 60 };

/* ---- runs: the project's own history ---- */

struct runs_flags { int64_t limit; const char *project; };
static const struct trib_field runs_fields[] = {
	TRIB_FIELD(struct runs_flags, limit, .dflt = "20", .allow = "1..10000", .help = "Newest runs to list."),
	TRIB_FIELD(struct runs_flags, project, .dflt = ".", .help = "Folder of the project."),
	{ 0 }
};

static int read_runs(struct tribx_cli *c, const char *dir, const char *run_id, int64_t limit, struct trib_batch *out)
{
	struct tribx_store *s = NULL;
	struct tribx_error e = { 0 };
	int rc = tribx_store_open(dir, false, &s, &e);
	if (rc == TRIB_OK)
		rc = tribx_store_runs(s, run_id, limit, out, &e);
	tribx_store_close(s);
	return rc < 0 ? tribx_cli_fail(c, &e) : 0;
}

static int list_runs(struct tribx_cli *c, const void *flags)
{
	static const char *const shown[] = { "run_id", "pipeline", "status", "exit_code", "parts", "rows_read", "rows_rejected", "loads", "elapsed_ms", "error" };
	const struct runs_flags *f = flags;
	struct trib_batch b = { 0 };
	int cols[10], n = 0;
	int code = read_runs(c, c->arg_count ? c->args[0] : f->project, NULL, f->limit, &b);
	for (int i = 0; i < 10; i++)
		if (trib_col(&b, shown[i]) >= 0)
			cols[n++] = trib_col(&b, shown[i]);
	if (!code && n && trib_pick_cols(&b, cols, NULL, n) < 0)
		c->findings.no_memory = true;
	else if (!code && n)
		tribx_view_batch(c, &b, CELL_MAX);
	else if (!code)
		tribx_cli_nothing(c, "no runs yet");
	trib_free(&b);
	return code;
}

static int show_run(struct tribx_cli *c, const void *flags)
{
	const struct runs_flags *f = flags;
	struct trib_batch b = { 0 };
	struct trib_view v;
	int code = read_runs(c, f->project, c->args[0], 1, &b);
	if (!code && b.array.length == 0) {
		struct tribx_error e = { 0 };
		tribx_fail(&e, TRIB_CONFIG, "cli.unknown_run", "no run of this project is called %s", c->args[0]);
		tribx_error_hint(&e, "`trib runs list` lists them; --project names another folder");
		code = tribx_cli_fail(c, &e);
	} else if (!code && trib_view(&b, trib_col(&b, "report"), &v) >= 0) {
		struct trib_text t = trib_str(&v, 0);
		c->result = json_loadb(t.p ? t.p : "{}", t.p ? t.n : 2, 0, NULL);
		char *pretty = json_dumps(c->result, JSON_INDENT(2));
		tribx_cli_say(c, "%s", pretty ? pretty : "{}");
		free(pretty);
	}
	trib_free(&b);
	return code;
}

const struct tribx_command tribx_cmd_runs_list = {
	.name = "runs list", .group = "after", .usage = "[PROJECT]", .help = "Lists the runs of a project, newest first.",
	.examples = "trib runs list examples/quickstart\ntrib runs list --limit 5\ntrib runs list --json", .flags = runs_fields,
	.flags_size = sizeof(struct runs_flags), .args_max = 1, .run = list_runs
};
const struct tribx_command tribx_cmd_runs_show = {
	.name = "runs show", .group = "after", .usage = "RUN", .help = "Shows one run: books of every step, counts of every table, the error.",
	.examples = "trib runs show 01JD4K7Q\ntrib runs show 01JD4K7Q --project examples/quickstart\ntrib runs show 01JD4K7Q --json", .flags = runs_fields,
	.flags_size = sizeof(struct runs_flags), .args_min = 1, .args_max = 1, .run = show_run
};

/* ---- loads and dead letters: the target's tables ---- */

static int gather_loads(struct tribx_cli *c, struct tribx_look *l, void *ctx)
{
	return tribx_target_rows(c, l, "_trib_loads", ctx);
}

/* The end of the JSON value at p. */
static const char *value_end(const char *p, const char *end)
{
	int depth = 0;
	for (bool inside = false; p < end; p++) {
		if (inside && *p == '\\')
			p++;
		else if (*p == '"')
			inside = !inside;
		else if (!inside && (*p == '{' || *p == '['))
			depth++;
		else if (!inside && (*p == '}' || *p == ']') && depth-- == 0)
			return p;
		else if (!inside && depth == 0 && (*p == ',' || *p == ':'))
			return p;
	}
	return end;
}

static bool is_personal(struct trib_text key, const json_t *names, const struct tribx_names *more)
{
	json_auto_t *name = json_loadb(key.p, key.n, JSON_DECODE_ANY, NULL);
	const char *text = json_string_value(name);
	size_t i;
	json_t *one;
	json_array_foreach(names, i, one)
		if (text && strcmp(text, json_string_value(one) ? json_string_value(one) : "") == 0)
			return true;
	for (i = 0; text && i < more->count; i++)
		if (strcmp(more->items[i], text) == 0)
			return true;
	return false;
}

/* A record as it may be shown: a row without the values that are about people. Numbers stay as they are written. */
static void hide_record(struct trib_text record, struct trib_text personal, const struct tribx_names *more, struct tribx_buf *out)
{
	json_auto_t *names = personal.p ? json_loadb(personal.p, personal.n, 0, NULL) : NULL;
	const char *p = record.p, *end = p + record.n;
	const bool whole = tribx_text_is(personal, "*") || (more->count && !(record.n && *p == '{'));
	if (whole || !record.n || *p != '{') {
		tribx_buf_put(out, whole ? "\"***\"" : p, whole ? 5 : record.n);
		return;
	}
	while (p < end && *p != '}') {
		const char *colon = value_end(p + 1, end), *stop = colon < end ? value_end(colon + 1, end) : end;
		const struct trib_text key = { p + 1, (size_t)(colon - p - 1) };
		const bool hide = colon < end && colon[1] != 'n' && is_personal(key, names, more);
		tribx_buf_put(out, p, (size_t)((hide ? colon + 1 : stop) - p));
		if (hide)
			tribx_buf_puts(out, "\"***\"");
		p = stop;
	}
	tribx_buf_put(out, p, (size_t)(end - p));
}

static int hide_records(struct trib_batch *b, const struct tribx_names *more, struct tribx_error *e)
{
	struct trib_view record, personal = { .type = TRIB_NULL };
	const int at = trib_col(b, "record"), names = trib_col(b, "personal");
	if (b->array.length == 0 || at < 0 || trib_view(b, at, &record) < 0 || (names >= 0 && trib_view(b, names, &personal) < 0))
		return TRIB_OK;
	trib_clear(b, at, TRIB_STR);
	for (int64_t i = 0; i < record.length; i++) {
		const struct trib_text text = trib_str(&record, i), who = personal.type == TRIB_NULL ? (struct trib_text){ NULL, 0 } : trib_str(&personal, i);
		struct tribx_buf shown = { 0 };
		if (text.p)
			hide_record(text, who, more, &shown);
		if (shown.p)
			trib_put_str(b, at, (struct trib_text){ shown.p, shown.n });
		else
			trib_put_null(b, at);
		tribx_buf_done(&shown);
	}
	return tribx_ready(b, e);
}

static int gather_dead(struct tribx_cli *c, struct tribx_look *l, void *ctx)
{
	struct trib_batch own = { 0 };
	struct tribx_error e = { 0 };
	int code = tribx_target_rows(c, l, "_trib_dead_letters", &own);
	if (!code && (tribx_ready(&own, &e) < 0 || hide_records(&own, &l->flow.personal, &e) < 0 || tribx_append(ctx, &own) < 0)) {
		tribx_fail(&e, TRIB_FATAL, "internal.no_memory", "no memory");
		code = tribx_cli_fail(c, &e);
	}
	trib_free(&own);
	return code;
}

static int show_all(struct tribx_cli *c, int (*gather)(struct tribx_cli *c, struct tribx_look *l, void *ctx), size_t cell_max, const char *none)
{
	struct trib_batch all = { 0 };
	struct tribx_error e = { 0 };
	int code = tribx_targets(c, NULL, false, gather, &all);
	if (!code && tribx_ready(&all, &e) < 0)
		code = tribx_cli_fail(c, &e);
	if (!code && all.array.length > 0)
		tribx_view_batch(c, &all, cell_max);
	else if (!code)
		tribx_cli_nothing(c, none);
	trib_free(&all);
	return code;
}

static int list_loads(struct tribx_cli *c, const void *flags)
{
	(void)flags;
	return show_all(c, gather_loads, CELL_MAX, "no loads yet");
}

static int list_dead(struct tribx_cli *c, const void *flags)
{
	(void)flags;
	return show_all(c, gather_dead, CELL_MAX, "no dead letters");
}

static int show_dead(struct tribx_cli *c, const void *flags)
{
	(void)flags;
	return show_all(c, gather_dead, 0, "no dead letters");
}

const struct tribx_command tribx_cmd_loads_list = {
	.name = "loads list", .group = "after", .usage = "[PATH|PIPELINE]", .help = "Lists the units of work that the targets hold, with their counts.",
	.examples = "trib loads list examples/quickstart\ntrib loads list . --json\ntrib loads list . --select carrier-kpis", .args_max = 1, .run = list_loads
};
const struct tribx_command tribx_cmd_dead_list = {
	.name = "dead-letters list", .group = "after", .usage = "[PATH|PIPELINE]", .help = "Lists rows that were rejected, with stage and reason.",
	.examples = "trib dead-letters list examples/quickstart\ntrib dead-letters list . --json\ntrib dead-letters list . --select carrier-kpis",
	.args_max = 1, .run = list_dead
};
const struct tribx_command tribx_cmd_dead_show = {
	.name = "dead-letters show", .group = "after", .usage = "[PATH|PIPELINE]", .help = "The same with the whole records.",
	.examples = "trib dead-letters show .\ntrib dead-letters show . --json\ntrib dead-letters show carrier.yaml", .args_max = 1, .run = show_dead
};
