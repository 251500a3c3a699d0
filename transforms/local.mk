# A plugin of one file and no library of its own is one word here. Names are unique across kinds.
plugin_LTLIBRARIES +=

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
