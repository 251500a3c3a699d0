check_PROGRAMS += %D%/unit_cli
TESTS += %D%/unit_cli
%C%_unit_cli_SOURCES = %D%/test_out.c
%C%_unit_cli_CPPFLAGS = $(UNIT_CPP)
%C%_unit_cli_LDADD = $(UNIT_LIBS)
%C%_unit_cli_LDFLAGS = $(UNIT_LINK)
