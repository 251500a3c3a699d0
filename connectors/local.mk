# A plugin of one file and no library of its own is one word here. Names are unique across kinds.
plugin_LTLIBRARIES +=

plugin_LTLIBRARIES += %D%/file.la
%C%_file_la_CPPFLAGS = $(AM_CPPFLAGS) $(PCRE2_CFLAGS)
%C%_file_la_LIBADD = libtributary.la $(PCRE2_LIBS)
EXTRA_DIST += %D%/README.md

# sqlite_source: what `use: sqlite` in a source is; the sink has the plain name
plugin_LTLIBRARIES += %D%/sqlite_source.la
%C%_sqlite_source_la_SOURCES = %D%/sqlite/sqlite_source.c %D%/sqlite/source.h %D%/sqlite/open.c %D%/sqlite/shape.c %D%/sqlite/cells.c \
  %D%/sqlite/position.c %D%/sqlite/read.c
%C%_sqlite_source_la_CPPFLAGS = $(AM_CPPFLAGS) $(SQLITE_CFLAGS)
%C%_sqlite_source_la_LIBADD = libtributary.la $(SQLITE_LIBS)
EXTRA_DIST += %D%/sqlite/README.md
