check_PROGRAMS += %D%/unit_io
TESTS += %D%/unit_io
%C%_unit_io_SOURCES = %D%/fixture.c %D%/fixture.h %D%/test_archives.c %D%/test_bytes.c %D%/test_find.c %D%/test_zip.c
%C%_unit_io_SOURCES += %D%/decoded.c %D%/decoded.h %D%/test_badinput.c %D%/test_cells.c %D%/test_decode.c %D%/test_table.c
%C%_unit_io_CPPFLAGS = $(UNIT_CPP)
%C%_unit_io_CFLAGS = $(AM_CFLAGS) $(ARCHIVE_CFLAGS) $(ZLIB_CFLAGS)
%C%_unit_io_LDADD = $(UNIT_LIBS) $(ARCHIVE_LIBS) $(ZLIB_LIBS)
%C%_unit_io_LDFLAGS = $(UNIT_LINK)
