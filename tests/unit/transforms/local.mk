check_PROGRAMS += %D%/unit_recategorise
TESTS += %D%/unit_recategorise
%C%_unit_recategorise_SOURCES = %D%/test_recategorise.c $(RECATEGORISE)
%C%_unit_recategorise_CPPFLAGS = $(UNIT_CPP) $(RECATEGORISE_CPP)
%C%_unit_recategorise_LDADD = $(RECATEGORISE_LIBS) $(CRITERION_LIBS)
%C%_unit_recategorise_LDFLAGS = $(UNIT_LINK)
