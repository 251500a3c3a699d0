libcore_la_SOURCES += %D%/after.c %D%/brought.c %D%/check.c %D%/cli.h %D%/commands.c %D%/commands.h %D%/config.c %D%/doctor.c %D%/due.c %D%/errors.c %D%/explain.c %D%/flags.c %D%/flags.h %D%/help.c %D%/init.c %D%/main.c %D%/out.c %D%/out.h %D%/plugins.c \
                      %D%/schema.c
libcore_la_SOURCES += %D%/plan.c %D%/preview.c %D%/run.c %D%/runs.h %D%/schedule.c %D%/scheduled.c %D%/scheduled.h %D%/summary.c %D%/state.c %D%/target.c %D%/target.h %D%/test.c %D%/view.c %D%/view.h
EXTRA_DIST += %D%/README.md
