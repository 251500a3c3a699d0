check_PROGRAMS += %D%/unit_recategorise
TESTS += %D%/unit_recategorise
%C%_unit_recategorise_SOURCES = %D%/test_recategorise.c %D%/test_recategorise_plugin.c %D%/drive.c %D%/drive.h \
  transforms/recategorise/recategorise.c $(RECATEGORISE)
%C%_unit_recategorise_CPPFLAGS = $(UNIT_CPP) $(RECATEGORISE_CPP)
%C%_unit_recategorise_LDADD = $(UNIT_LIBS) $(RECATEGORISE_LIBS)
%C%_unit_recategorise_LDFLAGS = $(UNIT_LINK)

check_PROGRAMS += %D%/unit_normalise
TESTS += %D%/unit_normalise
%C%_unit_normalise_SOURCES = %D%/test_normalise_rules.c %D%/test_normalise.c %D%/drive.c %D%/drive.h $(NORMALISE)
%C%_unit_normalise_CPPFLAGS = $(UNIT_CPP) -I$(srcdir)/transforms $(XXHASH_CFLAGS)
%C%_unit_normalise_LDADD = $(UNIT_LIBS)
%C%_unit_normalise_LDFLAGS = $(UNIT_LINK)

check_PROGRAMS += %D%/unit_map
TESTS += %D%/unit_map
%C%_unit_map_SOURCES = %D%/test_map.c %D%/drive.c %D%/drive.h transforms/map.c
%C%_unit_map_CPPFLAGS = $(UNIT_CPP)
%C%_unit_map_LDADD = $(UNIT_LIBS)
%C%_unit_map_LDFLAGS = $(UNIT_LINK)

check_PROGRAMS += %D%/unit_dedupe
TESTS += %D%/unit_dedupe
%C%_unit_dedupe_SOURCES = %D%/test_dedupe.c %D%/drive.c %D%/drive.h $(DEDUPE)
%C%_unit_dedupe_CPPFLAGS = $(UNIT_CPP) -I$(srcdir)/transforms $(XXHASH_CFLAGS)
%C%_unit_dedupe_LDADD = $(UNIT_LIBS)
%C%_unit_dedupe_LDFLAGS = $(UNIT_LINK)

check_PROGRAMS += %D%/unit_mask
TESTS += %D%/unit_mask
%C%_unit_mask_SOURCES = %D%/test_mask.c %D%/drive.c %D%/drive.h $(MASK)
%C%_unit_mask_CPPFLAGS = $(UNIT_CPP) -I$(srcdir)/transforms
%C%_unit_mask_LDADD = $(UNIT_LIBS)
%C%_unit_mask_LDFLAGS = $(UNIT_LINK)
