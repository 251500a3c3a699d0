# Measurements: built on demand (make tests/bench/decode), never in `make check`.
EXTRA_PROGRAMS = %D%/decode
%C%_decode_SOURCES = %D%/decode.c
%C%_decode_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/core
%C%_decode_LDADD = libcore.la
%C%_decode_LDFLAGS = -no-install $(SANITIZE)
