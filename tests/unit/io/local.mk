check_PROGRAMS += %D%/unit_io
TESTS += %D%/unit_io
%C%_unit_io_SOURCES = %D%/test_io.c
%C%_unit_io_CPPFLAGS = $(UNIT_CPP)
%C%_unit_io_LDADD = $(UNIT_LIBS)
%C%_unit_io_LDFLAGS = $(UNIT_LINK)
