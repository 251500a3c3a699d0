# Measurements: built on demand (make tests/bench/decode), never in `make check`.
EXTRA_PROGRAMS = %D%/decode
%C%_decode_SOURCES = %D%/decode.c
%C%_decode_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/core
%C%_decode_LDADD = libcore.la
%C%_decode_LDFLAGS = -no-install $(SANITIZE)

# sums.sh at 2 MB runs in `make check`; `sums.sh 100` is the proof at full size.
check_SCRIPTS_ALL += %D%/sums.sh
EXTRA_DIST += %D%/sqlite_source.sh %D%/README.md %D%/tributary.conf %D%/sums.py %D%/floors.py %D%/figures.py %D%/jobs/j1.yaml %D%/jobs/j2.yaml \
  %D%/jobs/j2-aliases.csv %D%/jobs/j2-fx.csv %D%/jobs/j4.yaml %D%/jobs/j5.yaml %D%/jobs/j7.yaml %D%/jobs/j9.yaml

# numbers needs ICU's headers (libicu-dev): the peer of our number parser. Nothing else links it.
if HAVE_ICU
EXTRA_PROGRAMS += %D%/numbers
%C%_numbers_SOURCES = %D%/numbers.c
%C%_numbers_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/core
%C%_numbers_CFLAGS = $(AM_CFLAGS) $(ICU_CFLAGS)
%C%_numbers_LDADD = libcore.la $(ICU_LIBS)
%C%_numbers_LDFLAGS = -no-install $(SANITIZE)
endif
