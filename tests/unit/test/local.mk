check_PROGRAMS += %D%/unit_test
TESTS += %D%/unit_test
%C%_unit_test_SOURCES = %D%/test_rows.c
%C%_unit_test_CPPFLAGS = $(UNIT_CPP)
%C%_unit_test_LDADD = $(UNIT_LIBS)
%C%_unit_test_LDFLAGS = $(UNIT_LINK)
