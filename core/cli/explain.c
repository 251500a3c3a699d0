/* explain - trib explain CODE: what an error means and what to do. */
#include <jansson.h>

#include "cli/commands.h"

static const char *code_at(const void *list, size_t i)
{
	return ((const struct tribx_error_row *)list)[i].code;
}

static int list(struct tribx_cli *c)
{
	static const char *const heads[] = { "code", "exit", "meaning", NULL };
	struct tribx_table t;
	tribx_table_start(&t, heads);
	for (const struct tribx_error_row *r = tribx_errors; r->code; r++) {
		tribx_table_cell(&t, r->code);
		tribx_table_fmt(&t, "%d", tribx_exit_of(r->status));
		tribx_table_cell(&t, r->meaning);
	}
	tribx_cli_table(c, &t);
	return 0;
}

static int explain(struct tribx_cli *c, const void *flags)
{
	(void)flags;
	if (c->arg_count == 0)
		return list(c);
	const struct tribx_error_row *r = tribx_error_find(c->args[0]);
	if (!r) {
		size_t count = 0;
		while (tribx_errors[count].code)
			count++;
		int code = tribx_cli_usage(c, "there is no error \"%s\"", c->args[0]);
		const char *near = tribx_nearest(c->args[0], code_at, tribx_errors, count);
		if (near)
			tribx_error_hint(&c->error, "did you mean \"%s\"?", near);
		else
			tribx_error_hint(&c->error, "`trib explain` lists them all");
		return code;
	}
	const struct tribx_status_row *s = tribx_status(r->status);
	c->result = json_pack("{s:s,s:s,s:s,s:s,s:i,s:b}", "code", r->code, "meaning", r->meaning, "todo", r->todo,
	                      "status", s->name, "exit",
	                      tribx_exit_of(r->status), "retry", s->again);
	tribx_cli_say(c, "%s\n\n%s\n%s\n\nStatus %s, exit code %d%s", r->code, r->meaning, r->todo, s->name,
	              tribx_exit_of(r->status),
	              s->again ? "; a later run may succeed." : ".");
	return 0;
}

const struct tribx_command tribx_cmd_explain = {
	.name = "explain", .group = "look", .usage = "[CODE]",
	.help = "Explains an error code: what it means and what to do about it.",
	.examples = "trib explain config.unknown_key\ntrib explain\ntrib explain yaml.syntax --json", .args_max = 1,
	.run = explain
};
