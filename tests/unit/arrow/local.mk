check_PROGRAMS += %D%/unit_arrow
TESTS += %D%/unit_arrow
%C%_unit_arrow_SOURCES = %D%/test_adopt.c %D%/test_align.c %D%/test_build.c %D%/test_cells.c %D%/test_defer.c %D%/test_edit.c %D%/test_faults.c \
                         %D%/test_memory.c %D%/fixture.c %D%/fixture.h
%C%_unit_arrow_CPPFLAGS = $(UNIT_CPP)
%C%_unit_arrow_LDADD = $(UNIT_LIBS)
# test_memory.c stands in front of the allocator
%C%_unit_arrow_LDFLAGS = $(UNIT_LINK) -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc -Wl,--wrap=posix_memalign
