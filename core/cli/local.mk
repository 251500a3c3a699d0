libcore_la_SOURCES += %D%/after.c %D%/brought.c %D%/check.c %D%/cli.h %D%/commands.c %D%/commands.h %D%/config.c %D%/doctor.c %D%/due.c %D%/errors.c %D%/explain.c %D%/flags.c %D%/flags.h %D%/help.c %D%/init.c %D%/main.c %D%/out.c %D%/out.h %D%/plugins.c \
                      %D%/schema.c
libcore_la_SOURCES += %D%/plan.c %D%/preview.c %D%/run.c %D%/runs.h %D%/schedule.c %D%/scheduled.c %D%/scheduled.h %D%/summary.c %D%/state.c %D%/target.c %D%/target.h %D%/test.c %D%/view.c %D%/view.h
libcore_la_SOURCES += %D%/new.c %D%/new.h
# what `trib new` writes: files of the tree, as a table in the program
NEW_FILES = %D%/new/all/Makefile %D%/new/all/README.md %D%/new/all/gitignore %D%/new/all/words.csv \
  %D%/new/connector/plugin.c %D%/new/connector/conformance.yaml %D%/new/connector/pipeline.yaml %D%/new/connector/tests.yaml \
  %D%/new/transform/plugin.c %D%/new/transform/conformance.yaml %D%/new/transform/pipeline.yaml %D%/new/transform/tests.yaml \
  %D%/new/sink/plugin.c %D%/new/sink/conformance.yaml %D%/new/sink/pipeline.yaml %D%/new/sink/tests.yaml
nodist_libcore_la_SOURCES = core/cli/new_templates.c
core/cli/new_templates.c: $(NEW_FILES) %D%/new/templates.awk
	$(AM_V_GEN)mkdir -p core/cli && (cd $(srcdir) && LC_ALL=C $(AWK) -f core/cli/new/templates.awk $(NEW_FILES)) >$@.tmp && mv $@.tmp $@
CLEANFILES += core/cli/new_templates.c
EXTRA_DIST += %D%/README.md %D%/new/README.md %D%/new/templates.awk $(NEW_FILES)
