/* commands - the table of commands: help, man page and parsing come from it. */
#include "cli/commands.h"

const struct tribx_command *const tribx_commands[] = {
	/* start */
	&tribx_cmd_init,
	&tribx_cmd_new_connector,
	&tribx_cmd_new_transform,
	&tribx_cmd_new_sink,
	&tribx_cmd_config,
	&tribx_cmd_doctor,
	/* look */
	&tribx_cmd_check,
	&tribx_cmd_plugins,
	&tribx_cmd_schema,
	&tribx_cmd_discover,
	&tribx_cmd_preview,
	&tribx_cmd_plan,
	&tribx_cmd_explain,
	/* run */
	&tribx_cmd_run,
	&tribx_cmd_test,
	/* schedule */
	&tribx_cmd_schedule_list,
	&tribx_cmd_schedule_next,
	&tribx_cmd_schedule_why,
	/* after */
	&tribx_cmd_runs_list,
	&tribx_cmd_runs_show,
	&tribx_cmd_state_list,
	&tribx_cmd_state_get,
	&tribx_cmd_state_set,
	&tribx_cmd_state_reset,
	&tribx_cmd_state_export,
	&tribx_cmd_state_import,
	&tribx_cmd_loads_list,
	&tribx_cmd_dead_list,
	&tribx_cmd_dead_show,
	&tribx_cmd_help,
	NULL
};

struct help { bool man; };
static const struct trib_field help_flags[] = { TRIB_FIELD(struct help, man, .help = "The man page, for man(1)."),
                                                { 0 } };

static const char *name_at(const void *list, size_t i)
{
	return ((const struct tribx_command *const *)list)[i]->name;
}

static int help(struct tribx_cli *c, const void *flags)
{
	const struct help *f = flags;
	char name[128] = "";
	size_t count = 0;
	c->streamed = true;
	if (f->man) {
		tribx_help_man(stdout);
		return 0;
	}
	for (size_t i = 0; i < c->arg_count; i++)
		snprintf(name + strlen(name), sizeof name - strlen(name), "%s%s", i ? " " : "", c->args[i]);
	for (; tribx_commands[count]; count++)
		if (strcmp(tribx_commands[count]->name, name) == 0)
			return tribx_help_one(stdout, tribx_commands[count]);
	if (!name[0])
		return tribx_help_all(c, stdout);
	size_t more;
	const struct tribx_command *const *brought = tribx_cli_brought(c, &more);
	for (size_t i = 0; i < more; i++)
		if (strcmp(brought[i]->name, name) == 0)
			return tribx_help_one(stdout, brought[i]);
	c->streamed = false;
	int code = tribx_cli_usage(c, "there is no command \"%s\"", name);
	const char *near = tribx_nearest(name, name_at, tribx_commands, count);
	if (near)
		tribx_error_hint(&c->error, "did you mean \"trib help %s\"?", near);
	return code;
}

const struct tribx_command tribx_cmd_help = {
	.name = "help", .usage = "[COMMAND]", .help = "What the commands do.", .examples = "trib help\ntrib help run",
	.flags = help_flags,
	.flags_size = sizeof(struct help), .args_max = 2, .run = help
};
