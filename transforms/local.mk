# A plugin of one file and no library of its own is one word here. Names are unique across kinds.
plugin_LTLIBRARIES += %D%/map.la

# recategorise without its descriptor; its unit tests build the same files
RECATEGORISE = %D%/recategorise/recategorise.h %D%/recategorise/compose.h %D%/recategorise/text.c %D%/recategorise/match_hs.c \
  %D%/recategorise/match_pcre.c %D%/recategorise/rules.c %D%/recategorise/decide.c
RECATEGORISE_CPP = $(PCRE2_CFLAGS) $(XXHASH_CFLAGS)
RECATEGORISE_LIBS = $(PCRE2_LIBS)
if HAVE_HYPERSCAN
RECATEGORISE_CPP += $(HYPERSCAN_CFLAGS) -DRECAT_HYPERSCAN_LIB
RECATEGORISE_LIBS += $(HYPERSCAN_LIBS)
endif
plugin_LTLIBRARIES += %D%/recategorise.la
%C%_recategorise_la_SOURCES = %D%/recategorise/recategorise.c $(RECATEGORISE)
%C%_recategorise_la_CPPFLAGS = $(AM_CPPFLAGS) $(RECATEGORISE_CPP)
%C%_recategorise_la_LIBADD = libtributary.la $(RECATEGORISE_LIBS)

# normalise: its unit tests build the same files
NORMALISE = %D%/normalise.c %D%/near.h %D%/normalise/norm.h %D%/normalise/exact.c %D%/normalise/exact.h %D%/normalise/text.c %D%/normalise/text.h \
  %D%/normalise/fold.inc %D%/normalise/units.c %D%/normalise/units.h %D%/normalise/cell.c %D%/normalise/cell.h %D%/normalise/words.c \
  %D%/normalise/words.h %D%/normalise/catalogue.c %D%/normalise/catalogue.h %D%/normalise/sense.c %D%/normalise/fx.c %D%/normalise/fx.h \
  %D%/normalise/over_time.c %D%/normalise/over_time.h %D%/normalise/read.c %D%/normalise/read_numbers.c %D%/normalise/locale.c %D%/normalise/value.c \
  %D%/normalise/long.c %D%/normalise/hold.c %D%/normalise/model.c
plugin_LTLIBRARIES += %D%/normalise.la
%C%_normalise_la_SOURCES = $(NORMALISE)
%C%_normalise_la_CFLAGS = $(AM_CFLAGS) -Wshadow $(XXHASH_CFLAGS)

# check: its unit tests build the same files
CHECK = %D%/check.c %D%/near.h %D%/check/check.h %D%/check/keys.c %D%/check/measure.c %D%/check/verdict.c
plugin_LTLIBRARIES += %D%/check.la
%C%_check_la_SOURCES = $(CHECK)
%C%_check_la_CFLAGS = $(AM_CFLAGS) -Wshadow $(XXHASH_CFLAGS)
EXTRA_DIST += %D%/README.md %D%/check/README.md %D%/normalise/README.md %D%/recategorise/README.md

# mask: its unit tests build the same files
MASK = %D%/mask.c %D%/near.h %D%/mask/mask.h %D%/mask/sha256.c %D%/mask/partial.c %D%/mask/scan.c
plugin_LTLIBRARIES += %D%/mask.la
%C%_mask_la_SOURCES = $(MASK)
%C%_mask_la_CFLAGS = $(AM_CFLAGS) -Wshadow
EXTRA_DIST += %D%/mask/README.md

# dedupe: its unit tests build the same files
DEDUPE = %D%/dedupe.c %D%/dedupe/dedupe.h %D%/dedupe/temp.c %D%/dedupe/row.c %D%/dedupe/index.c %D%/dedupe/verdict.c %D%/dedupe/parts.c \
  %D%/dedupe/spool.c %D%/dedupe/scope.c
plugin_LTLIBRARIES += %D%/dedupe.la
%C%_dedupe_la_SOURCES = $(DEDUPE)
%C%_dedupe_la_CFLAGS = $(AM_CFLAGS) -Wshadow $(XXHASH_CFLAGS)
EXTRA_DIST += %D%/dedupe/README.md

# lookup: its unit tests build the same files
LOOKUP = %D%/lookup.c %D%/near.h %D%/lookup/lookup.h %D%/lookup/text.c %D%/lookup/reference.c %D%/lookup/sources.c %D%/lookup/database.c
plugin_LTLIBRARIES += %D%/lookup.la
%C%_lookup_la_SOURCES = $(LOOKUP)
%C%_lookup_la_CFLAGS = $(AM_CFLAGS) -Wshadow $(XXHASH_CFLAGS) $(SQLITE_CFLAGS)
%C%_lookup_la_LIBADD = libtributary.la $(SQLITE_LIBS)
EXTRA_DIST += %D%/lookup/README.md

# sql: an SQLite of its own, which nothing else can reach
SQL = %D%/sql.c %D%/near.h %D%/sql/sql.h %D%/sql/decimal.c %D%/sql/guard.c %D%/sql/lint.c %D%/sql/rows.c
plugin_LTLIBRARIES += %D%/sql.la
%C%_sql_la_SOURCES = $(SQL)
%C%_sql_la_CFLAGS = $(AM_CFLAGS) -Wshadow $(SQLITE_CFLAGS)
%C%_sql_la_LIBADD = libtributary.la $(SQLITE_LIBS)
EXTRA_DIST += %D%/sql/README.md
