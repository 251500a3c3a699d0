check_PROGRAMS += %D%/unit_sql
TESTS += %D%/unit_sql
%C%_unit_sql_SOURCES = %D%/lab.c %D%/lab.h %D%/test_dialect.c %D%/test_plan.c %D%/test_modes.c %D%/test_history.c
%C%_unit_sql_CPPFLAGS = $(UNIT_CPP) $(SQLITE_CFLAGS)
%C%_unit_sql_LDADD = $(UNIT_LIBS) $(SQLITE_LIBS)
%C%_unit_sql_LDFLAGS = $(UNIT_LINK)
if HAVE_PQ
%C%_unit_sql_CPPFLAGS += -DHAVE_PQ $(PQ_CFLAGS)
%C%_unit_sql_LDADD += $(PQ_LIBS)
endif
