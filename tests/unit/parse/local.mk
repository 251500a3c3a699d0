check_PROGRAMS += %D%/unit_parse
TESTS += %D%/unit_parse
%C%_unit_parse_SOURCES = %D%/test_parse.c
%C%_unit_parse_CPPFLAGS = $(UNIT_CPP)
%C%_unit_parse_LDADD = $(UNIT_LIBS)
%C%_unit_parse_LDFLAGS = $(UNIT_LINK)
