check_PROGRAMS += %D%/unit_base
TESTS += %D%/unit_base
%C%_unit_base_SOURCES = %D%/test_error.c %D%/test_glob.c %D%/globs.h %D%/test_lazy.c %D%/test_mem.c %D%/test_text.c
%C%_unit_base_CPPFLAGS = $(UNIT_CPP)
%C%_unit_base_LDADD = $(UNIT_LIBS)
%C%_unit_base_LDFLAGS = $(UNIT_LINK)
EXTRA_DIST += %D%/globs.py
