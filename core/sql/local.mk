EXTRA_DIST += %D%/README.md
libcore_la_SOURCES += %D%/plan.h %D%/dialect.c %D%/plan.c %D%/options.c %D%/texts.c %D%/rows.c %D%/apply.c %D%/slices.c %D%/joined.c
