# Fuzz targets. One program replays their inputs in `make check`, with any compiler; run.sh fuzzes, with clang.
check_PROGRAMS += %D%/replay
TESTS += %D%/replay
%C%_replay_SOURCES = %D%/replay.c %D%/fuzz.c %D%/fuzz.h %D%/documents.h %D%/targets.def sinks/files/encode.c sinks/files/out.c
%C%_replay_SOURCES += %D%/scan.c %D%/csv.c %D%/json.c %D%/jsonl.c %D%/xml.c %D%/html.c %D%/utf8.c %D%/walk.c
%C%_replay_SOURCES += %D%/number.c %D%/decimal.c %D%/date.c %D%/zone.c %D%/expr.c %D%/cron.c %D%/yaml.c %D%/sql.c
%C%_replay_SOURCES += %D%/export.c %D%/path.c %D%/archive.c %D%/codec.c %D%/arrow.c %D%/book.c %D%/xlsx.c
%C%_replay_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/core -I$(srcdir)/tests $(SQLITE_CFLAGS) $(ZLIB_CFLAGS)
%C%_replay_LDADD = libcore.la $(SQLITE_LIBS) $(ZLIB_LIBS)
%C%_replay_LDFLAGS = -no-install $(SANITIZE)
EXTRA_DIST += %D%/README.md %D%/build.sh %D%/run.sh %D%/corpus
