check_PROGRAMS += %D%/unit_parse
TESTS += %D%/unit_parse
%C%_unit_parse_SOURCES =
%C%_unit_parse_SOURCES += %D%/test_dec.c %D%/dec_cases.h
EXTRA_DIST += %D%/dec_cases.py
%C%_unit_parse_CPPFLAGS = $(UNIT_CPP)
%C%_unit_parse_LDADD = $(UNIT_LIBS)
%C%_unit_parse_LDFLAGS = $(UNIT_LINK)
