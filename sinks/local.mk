# A plugin of one file and no library of its own is one word here. Names are unique across kinds.
plugin_LTLIBRARIES +=
EXTRA_DIST += %D%/README.md %D%/sqlite/README.md %D%/files/README.md %D%/postgres/README.md

# sqlite: its unit tests build the same files
SINK_SQLITE = %D%/sqlite/sqlite.c %D%/sqlite/sqlite.h %D%/sqlite/db.c %D%/sqlite/rows.c %D%/sqlite/tables.c %D%/sqlite/target.c \
  %D%/sqlite/checkpoint.c %D%/sqlite/recall.c %D%/sqlite/model.c %D%/sqlite/model.h %D%/sqlite/model_tables.c %D%/sqlite/model_views.c
plugin_LTLIBRARIES += %D%/sqlite.la
%C%_sqlite_la_SOURCES = $(SINK_SQLITE)
%C%_sqlite_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_sqlite_la_LIBADD = libtributary.la $(SQLITE_LIBS)

SINK_FILES = %D%/files/files.c %D%/files/files.h %D%/files/encode.c %D%/files/digits.h %D%/files/odd.h %D%/files/out.c %D%/files/disk.c %D%/files/manifest.c %D%/files/commit.c %D%/files/commit.h \
  %D%/files/recall.c
plugin_LTLIBRARIES += %D%/files.la
%C%_files_la_SOURCES = $(SINK_FILES)

# postgres: built where libpq is
SINK_POSTGRES = %D%/postgres/postgres.c %D%/postgres/postgres.h %D%/postgres/copy.c %D%/postgres/copy.h %D%/postgres/escapes.c %D%/postgres/keys.c %D%/postgres/types.c %D%/postgres/db.c %D%/postgres/rows.c \
  %D%/postgres/tables.c %D%/postgres/apply.c %D%/postgres/target.c %D%/postgres/checkpoint.c %D%/postgres/recall.c
if HAVE_PQ
plugin_LTLIBRARIES += %D%/postgres.la
%C%_postgres_la_SOURCES = $(SINK_POSTGRES)
%C%_postgres_la_CPPFLAGS = $(AM_CPPFLAGS) $(PQ_CFLAGS)
%C%_postgres_la_LIBADD = libtributary.la $(PQ_LIBS)
endif
