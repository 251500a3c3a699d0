/* brought - commands that plugins bring (struct trib_command), in the shape of our own.
 *
 * They are looked for when the table of commands has no such name, or when help lists them: only then are all plugins
 * loaded. A command has its own options and no pipeline: a struct of the plugin, zeroed, filled from the command's table;
 * share and open are not called. What it emits to output 0 is the answer. */
#include <stdlib.h>

#include "base/clock.h"
#include "cli/flags.h"
#include "cli/view.h"
#include "plugin/instance.h"
#include "plugin/loader.h"
#include "plugin/open.h"

/* ---- running one ---- */

struct answer { struct trib_batch rows; };

static int emit(struct trib *t, int output, struct trib_batch *b)
{
	struct answer *a = t->ctx;
	int rc = output == 0 ? tribx_ready(b, &t->error)
		: trib_fail(t, TRIB_FATAL, "internal.bad_output: a command has output 0 only");
	if (rc >= 0 && tribx_append(&a->rows, b) < 0)
		rc = trib_fail(t, TRIB_FATAL, "internal.no_memory: no memory for the answer");
	trib_free(b);
	return rc;
}

static int start(struct trib *t, int output, struct trib_batch *out)
{
	(void)output;
	tribx_attach(out, &t->dead, t->stage);
	return TRIB_OK;
}

static const struct tribx_host host = { .emit = emit, .start = start };

/* Rows that could not be shown must not be missed. */
static int rejected(struct trib *t)
{
	const struct tribx_dead *first = t->dead.head;
	return trib_fail(t, TRIB_DATA, "cli.rows_rejected: %lld rows of the answer were rejected: %s",
	                 (long long)t->dead.count, first ? first->detail : "no memory");
}

static int call(struct tribx_cli *c, struct trib *t, const struct trib_command *is)
{
	struct answer a = { 0 };
	t->host = &host;
	t->ctx = &a;
	tribx_call_start(t);
	int rc = is->run(t, t->self);
	tribx_call_end(t);
	tribx_open_done(t);
	if (rc >= 0)
		rc = tribx_ready(&a.rows, &t->error);
	if (rc >= 0 && (t->dead.count > 0 || t->dead.failed))
		rc = rejected(t);
	if (rc >= 0 && trib_cols(&a.rows) > 0)
		tribx_view_batch(c, &a.rows, 0);
	if (rc < 0 && !t->error.status)
		tribx_fail(&t->error, rc, "internal.silent_failure", "%s answered %s without saying why", is->name,
		           tribx_status(rc)->name);
	trib_free(&a.rows);
	return rc < 0 ? tribx_cli_fail(c, &t->error) : 0;
}

static int run(struct tribx_cli *c, const void *flags)
{
	const struct tribx_command *cmd = c->is;
	struct tribx_findings none = { 0 };
	struct trib_plugin bare = *cmd->plugin;   /* the options of pipelines are not those of commands */
	const struct tribx_job job = { .dir = ".", .pipeline = cmd->plugin->name, .started = tribx_now() };
	bare.options = NULL;
	bare.flags &= ~(unsigned)TRIB_FORMATS;
	struct trib *t = tribx_instance_new(&bare, cmd->name, NULL, NULL, &job, &none);
	tribx_findings_done(&none);
	if (!t)
		return tribx_cli_fail(c, &(struct tribx_error){ .status = TRIB_FATAL, .code = "internal.no_memory", .text = "no memory" });
	memcpy(t->self, flags, cmd->flags_size);
	int code = call(c, t, cmd->brought);
	tribx_instance_free(t);
	return code;
}

/* ---- finding them ---- */

static const struct tribx_command *dress(struct tribx_cli *c, const struct trib_plugin *p, const struct trib_command *is)
{
	struct tribx_command *cmd = tribx_arena_new(&c->arena, sizeof *cmd);
	if (cmd)
		*cmd = (struct tribx_command){ .name = is->name, .group = "plugins", .usage = "", .help = is->help ? is->help : "",
		                               .flags = is->options, .flags_size = p->self_size, .run = run, .plugin = p, .brought = is };
	return cmd;
}

const struct tribx_command *const *tribx_cli_brought(struct tribx_cli *c, size_t *count)
{
	struct tribx_found *all = NULL;
	size_t found = 0, room = 0;
	const struct tribx_command **list = NULL;
	*count = 0;
	if (c->brought) {
		*count = c->brought_count;
		return c->brought;
	}
	for (int pass = 0; pass < 2; pass++) {
		if (pass == 0 && tribx_plugins(&all, &found) < 0)
			return NULL;
		if (pass == 1 && !(list = tribx_arena_new(&c->arena, (room + 1) * sizeof *list)))
			break;
		for (size_t i = 0; i < found; i++) {
			struct tribx_error e = { 0 };   /* a plugin that cannot be loaded is for `trib doctor` to tell */
			const struct trib_plugin *p = tribx_plugin(all[i].name, &e);
			for (const struct trib_command *is = p ? p->commands : NULL; is && is->name; is++)
				if (pass == 0)
					room++;
				else if (is->run && *count < room && (list[*count] = dress(c, p, is)))
					++*count;
		}
	}
	free(all);
	c->brought = list;
	c->brought_count = *count;
	return list;
}
