libcore_la_SOURCES += %D%/chain.c %D%/chain.h %D%/commit.c %D%/commit.h %D%/done.c %D%/done.h %D%/flow.c %D%/flow.h %D%/look.c %D%/look.h %D%/parts.c %D%/parts.h %D%/preview.c %D%/preview.h \
                      %D%/read.c %D%/read.h %D%/report.c %D%/report.h %D%/run.c %D%/run.h %D%/runid.c %D%/runid.h \
                      %D%/side.c %D%/side.h %D%/store.c %D%/store.h %D%/work.c %D%/work.h
EXTRA_DIST += %D%/README.md
