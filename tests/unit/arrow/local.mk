check_PROGRAMS += %D%/unit_arrow
TESTS += %D%/unit_arrow
%C%_unit_arrow_SOURCES = %D%/test_arrow.c
%C%_unit_arrow_CPPFLAGS = $(UNIT_CPP)
%C%_unit_arrow_LDADD = $(UNIT_LIBS)
%C%_unit_arrow_LDFLAGS = $(UNIT_LINK)
