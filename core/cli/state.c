/* state - trib state list|get|set|reset|export|import: positions as the target holds them. Setting one is a commit under a new
 * epoch, so a run that is under way is fenced. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/target.h"
#include "cli/view.h"

struct ask {
	const char *part;              /* NULL: all */
	const char *value;             /* JSON; NULL: forget */
	json_t *import;                /* {pipeline: {part: state}} */
	struct trib_batch all;
	int64_t touched;
};

/* ---- reading ---- */

static int gather(struct tribx_cli *c, struct tribx_look *l, void *ctx)
{
	struct ask *a = ctx;
	struct trib_view part, state;
	const struct trib_batch *b = &l->states;
	int cols[4] = { trib_add(&a->all, "pipeline", TRIB_STR), trib_add(&a->all, "stream", TRIB_STR), trib_add(&a->all, "part", TRIB_STR), trib_add(&a->all, "state", TRIB_JSON) };
	if (b->array.length == 0)
		return 0;
	if (trib_view(b, 0, &part) < 0 || trib_view(b, 1, &state) < 0) {
		tribx_fail(&c->error, TRIB_FATAL, "internal.bad_states", "the sink's states have no columns part and state");
		return tribx_exit_of(TRIB_FATAL);
	}
	for (int64_t i = 0; i < b->array.length; i++) {
		if (a->part && !tribx_text_is(trib_str(&part, i), a->part))
			continue;
		trib_put_str(&a->all, cols[0], tribx_text(l->flow.conf->name));
		trib_put_str(&a->all, cols[1], tribx_text(l->flow.job.stream));
		trib_put_str(&a->all, cols[2], trib_str(&part, i));
		trib_put_str(&a->all, cols[3], trib_str(&state, i));
		trib_rows(&a->all, 1);
	}
	return 0;
}

static int no_position(struct tribx_cli *c, const char *part)
{
	tribx_error_hint(&c->error, "`trib state list` names them");
	return tribx_cli_usage(c, "no position is called \"%s\"", part);
}

static int look(struct tribx_cli *c, struct ask *a, size_t cell_max)
{
	struct tribx_error e = { 0 };
	int code = tribx_targets(c, NULL, false, gather, a);
	if (!code && tribx_ready(&a->all, &e) < 0)
		code = tribx_cli_fail(c, &e);
	if (!code && a->all.array.length > 0)
		tribx_view_batch(c, &a->all, cell_max);
	else if (!code && a->part)
		code = no_position(c, a->part);
	else if (!code)
		tribx_cli_nothing(c, "no states yet");
	trib_free(&a->all);
	return code;
}

static int list(struct tribx_cli *c, const void *flags)
{
	struct ask a = { 0 };
	(void)flags;
	return look(c, &a, 80);
}

static int get(struct tribx_cli *c, const void *flags)
{
	struct ask a = { .part = c->args[1] };
	(void)flags;
	return look(c, &a, 0);
}

/* ---- writing ---- */

static int store(struct tribx_cli *c, struct tribx_look *l, struct trib_batch *b, int64_t *touched)
{
	struct tribx_error e = { 0 };
	int rc = tribx_ready(b, &e);
	if (rc >= 0 && b->array.length > 0) {
		*touched += b->array.length;
		rc = tribx_look_set(l, b, &e);
	}
	trib_free(b);
	return rc < 0 ? tribx_cli_fail(c, &e) : 0;
}

static int change(struct tribx_cli *c, struct tribx_look *l, void *ctx)
{
	struct ask *a = ctx;
	struct trib_batch b = { 0 };
	struct trib_view part;
	int name = trib_add(&b, "part", TRIB_STR), state = trib_add(&b, "state", TRIB_STR);
	bool known = l->states.array.length > 0 && trib_view(&l->states, 0, &part) >= 0;
	for (int64_t i = 0; known && !a->value && i < l->states.array.length; i++) {
		if (a->part && !tribx_text_is(trib_str(&part, i), a->part))
			continue;
		trib_put_str(&b, name, trib_str(&part, i));
		trib_put_null(&b, state);
		trib_rows(&b, 1);
	}
	if (a->value) {
		trib_put_str(&b, name, tribx_text(a->part));
		trib_put_str(&b, state, tribx_text(a->value));
		trib_rows(&b, 1);
	}
	return store(c, l, &b, &a->touched);
}

static int import_one(struct tribx_cli *c, struct tribx_look *l, void *ctx)
{
	struct ask *a = ctx;
	struct trib_batch b = { 0 };
	const char *part;
	json_t *value;
	int name = trib_add(&b, "part", TRIB_STR), state = trib_add(&b, "state", TRIB_STR);
	json_object_foreach(json_object_get(a->import, l->flow.conf->name), part, value) {
		char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
		trib_put_str(&b, name, tribx_text(part));
		trib_put_str(&b, state, tribx_text(text));
		trib_rows(&b, 1);
		free(text);
	}
	return store(c, l, &b, &a->touched);
}

static int told(struct tribx_cli *c, int64_t count, const char *done)
{
	c->summary = json_pack("{s:I}", done, (json_int_t)count);
	tribx_cli_say(c, "%lld position%s %s", (long long)count, count == 1 ? "" : "s", done);
	return 0;
}

static int reset(struct tribx_cli *c, const void *flags)
{
	struct ask a = { .part = c->arg_count > 1 ? c->args[1] : NULL };
	(void)flags;
	if (!c->yes)
		return tribx_cli_usage(c, "state reset makes the next run read %s again; say --yes", a.part ? a.part : "everything");
	int code = tribx_targets(c, NULL, true, change, &a);
	if (!code && a.part && !a.touched)
		return no_position(c, a.part);
	return code ? code : told(c, a.touched, "forgotten");
}

static int set(struct tribx_cli *c, const void *flags)
{
	struct ask a = { .part = c->args[1], .value = c->args[2] };
	json_auto_t *value = json_loads(a.value, 0, NULL);
	(void)flags;
	if (!json_is_object(value) || json_integer_value(json_object_get(value, "v")) != 1)
		return tribx_cli_usage(c, "a state is a JSON object as `trib state get` shows it, with \"v\": 1");
	int code = tribx_targets(c, NULL, true, change, &a);
	return code ? code : told(c, a.touched, "set");
}

static int export(struct tribx_cli *c, const void *flags)
{
	struct ask a = { 0 };
	struct tribx_error e = { 0 };
	struct trib_view v[4];
	json_t *all = json_object();
	(void)flags;
	int code = tribx_targets(c, NULL, false, gather, &a);
	if (!code && tribx_ready(&a.all, &e) < 0)
		code = tribx_cli_fail(c, &e);
	if (!code)
		for (int64_t i = 0; i < a.all.array.length; i++) {
			char name[512], part[4096];
			for (int k = 0; k < 4; k++)
				trib_view(&a.all, k, &v[k]);
			snprintf(name, sizeof name, "%.*s", (int)trib_str(&v[0], i).n, trib_str(&v[0], i).p);
			snprintf(part, sizeof part, "%.*s", (int)trib_str(&v[2], i).n, trib_str(&v[2], i).p);
			if (!json_object_get(all, name))
				json_object_set_new(all, name, json_object());
			json_object_set_new(json_object_get(all, name), part, json_loadb(trib_str(&v[3], i).p, trib_str(&v[3], i).n, JSON_DECODE_ANY, NULL));
		}
	char *text = json_dumps(all, JSON_INDENT(2) | JSON_SORT_KEYS);
	if (!code)
		tribx_cli_say(c, "%s", text ? text : "{}");
	free(text);
	trib_free(&a.all);
	c->result = all;
	return code;
}

static int import(struct tribx_cli *c, const void *flags)
{
	json_error_t bad;
	struct ask a = { .import = json_load_file(c->args[1], 0, &bad) };
	(void)flags;
	if (!json_is_object(a.import)) {
		json_decref(a.import);
		return tribx_cli_usage(c, "%s: %s", c->args[1], bad.text[0] ? bad.text : "not a JSON object as `trib state export` writes it");
	}
	int code = tribx_targets(c, NULL, true, import_one, &a);
	json_decref(a.import);
	return code ? code : told(c, a.touched, "set");
}

#define COMMAND(id, words, args, low, high, says, shows, function) \
	const struct tribx_command tribx_cmd_##id = { .name = words, .group = "after", .usage = args, .help = says, .examples = shows, \
	                                              .args_min = low, .args_max = high, .run = function }
COMMAND(state_list, "state list", "[PATH|PIPELINE]", 0, 1, "Lists the positions that the targets hold.",
        "trib state list examples/quickstart\ntrib state list . --json\ntrib state list . --select 'crm-*'", list);
COMMAND(state_get, "state get", "PATH PART", 2, 2, "Shows one position whole.", "trib state get . in/2025-01.csv\ntrib state get carrier.yaml '' --json\ntrib state get . all", get);
COMMAND(state_set, "state set", "PATH PART JSON", 3, 3, "Sets one position.", "trib state set p.yaml p01 '{\"v\":1,\"end\":false,\"row\":{},\"state\":{\"next\":5}}'", set);
COMMAND(state_reset, "state reset", "PATH [PART]", 1, 2, "Forgets positions: the next run reads these parts again.",
        "trib state reset . --yes\ntrib state reset . in/2025-01.csv --yes\ntrib state reset . --select carrier-kpis --yes", reset);
COMMAND(state_export, "state export", "[PATH|PIPELINE]", 0, 1, "Writes all positions as JSON.", "trib state export . > states.json\ntrib state export . --select 'crm-*'\ntrib state export carrier.yaml", export);
COMMAND(state_import, "state import", "PATH FILE", 2, 2, "Sets the positions of a file that export wrote.", "trib state import . states.json", import);
