# All of the engine is one convenience library: unit tests link it and reach the internals. libtributary.la is the same
# objects, showing TRIB_API symbols only.
noinst_LTLIBRARIES += libcore.la
libcore_la_SOURCES =
libcore_la_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/core -DTRIB_PLUGIN_DIR='"$(plugindir)"' -DTRIB_PROGRAM='"$(bindir)/trib"' -DTRIB_DATA_DIR='"$(pkgdatadir)"'
libcore_la_CFLAGS  = $(AM_CFLAGS) -Wshadow $(FYAML_CFLAGS) $(SQLITE_CFLAGS) $(XXHASH_CFLAGS) $(ZLIB_CFLAGS) $(PCRE2_CFLAGS) $(ISAL_CFLAGS) \
                     $(ARCHIVE_CFLAGS) $(ZSTD_CFLAGS) $(LZMA_CFLAGS) $(LZ4_CFLAGS)
libcore_la_LIBADD  = $(JANSSON_LIBS) $(FYAML_LIBS) $(SQLITE_LIBS) $(ZLIB_LIBS) $(PCRE2_LIBS) $(ISAL_LIBS) $(LIBLTDL) -ldl -lpthread -lm
libcore_la_LDFLAGS = $(SANITIZE)
EXTRA_DIST += %D%/README.md

include core/base/local.mk
include core/arrow/local.mk
include core/parse/local.mk
include core/field/local.mk
include core/io/local.mk
include core/plugin/local.mk
include core/sql/local.mk
include core/config/local.mk
include core/run/local.mk
include core/sched/local.mk
include core/test/local.mk
include core/cli/local.mk

lib_LTLIBRARIES += libtributary.la
libtributary_la_SOURCES =
libtributary_la_LIBADD  = libcore.la
libtributary_la_LDFLAGS = -version-info 0:0:0 -no-undefined $(HARDEN_LDFLAGS) $(SANITIZE)

bin_PROGRAMS += trib
trib_SOURCES = %D%/trib.c
trib_LDADD   = libtributary.la $(LIBLTDL) $(plugin_LTLIBRARIES:%=-dlopen %)
trib_DEPENDENCIES = libtributary.la $(plugin_LTLIBRARIES)
trib_LDFLAGS = -export-dynamic $(HARDEN_LDFLAGS) $(SANITIZE)
