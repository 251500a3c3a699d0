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

#endif
