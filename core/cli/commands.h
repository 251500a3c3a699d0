/* commands - one line per verb; each is defined in its own file. */
#ifndef TRIBX_COMMANDS_H
#define TRIBX_COMMANDS_H

#include "cli/cli.h"

extern const struct tribx_command tribx_cmd_check;
extern const struct tribx_command tribx_cmd_config;
extern const struct tribx_command tribx_cmd_doctor;
extern const struct tribx_command tribx_cmd_explain;
extern const struct tribx_command tribx_cmd_help;
extern const struct tribx_command tribx_cmd_init;
extern const struct tribx_command tribx_cmd_plugins;
extern const struct tribx_command tribx_cmd_schema;
extern const struct tribx_command tribx_cmd_new_connector;
extern const struct tribx_command tribx_cmd_new_transform;
extern const struct tribx_command tribx_cmd_new_sink;
extern const struct tribx_command tribx_cmd_run;
extern const struct tribx_command tribx_cmd_test;
extern const struct tribx_command tribx_cmd_schedule_list;
extern const struct tribx_command tribx_cmd_schedule_next;
extern const struct tribx_command tribx_cmd_schedule_why;
extern const struct tribx_command tribx_cmd_preview;
extern const struct tribx_command tribx_cmd_discover;
extern const struct tribx_command tribx_cmd_plan;
extern const struct tribx_command tribx_cmd_runs_list;
extern const struct tribx_command tribx_cmd_runs_show;
extern const struct tribx_command tribx_cmd_loads_list;
extern const struct tribx_command tribx_cmd_dead_list;
extern const struct tribx_command tribx_cmd_dead_show;
extern const struct tribx_command tribx_cmd_state_list;
extern const struct tribx_command tribx_cmd_state_get;
extern const struct tribx_command tribx_cmd_state_set;
extern const struct tribx_command tribx_cmd_state_reset;
extern const struct tribx_command tribx_cmd_state_export;
extern const struct tribx_command tribx_cmd_state_import;

#endif
