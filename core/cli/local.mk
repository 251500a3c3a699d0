libcore_la_SOURCES += %D%/cli.h %D%/commands.c %D%/commands.h %D%/errors.c %D%/explain.c %D%/flags.c %D%/flags.h %D%/help.c %D%/main.c %D%/out.c %D%/out.h
EXTRA_DIST += %D%/README.md
