libcore_la_SOURCES += %D%/apart.c %D%/around.c %D%/compare.c %D%/conform.c %D%/conform.h %D%/conform_all.c %D%/conform_connector.c %D%/conform_sink.c %D%/conform_transform.c %D%/kept.c %D%/kept.h %D%/expect.c %D%/file.c %D%/folder.c %D%/given.c %D%/given.h %D%/rows.c %D%/rows.h %D%/test.h %D%/trial.c %D%/trial.h
EXTRA_DIST += %D%/README.md
