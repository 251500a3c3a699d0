check_PROGRAMS += %D%/unit_run
TESTS += %D%/unit_run
%C%_unit_run_SOURCES = %D%/test_run.c
%C%_unit_run_CPPFLAGS = $(UNIT_CPP)
%C%_unit_run_LDADD = $(UNIT_LIBS)
%C%_unit_run_LDFLAGS = $(UNIT_LINK)
