libcore_la_SOURCES += %D%/compare.c %D%/conform.c %D%/expect.c %D%/file.c %D%/folder.c %D%/given.c %D%/given.h %D%/rows.c %D%/rows.h %D%/test.h %D%/trial.c %D%/trial.h
EXTRA_DIST += %D%/README.md
