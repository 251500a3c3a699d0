check_PROGRAMS += %D%/unit_sql
TESTS += %D%/unit_sql
%C%_unit_sql_SOURCES = %D%/test_sql.c
%C%_unit_sql_CPPFLAGS = $(UNIT_CPP)
%C%_unit_sql_LDADD = $(UNIT_LIBS)
%C%_unit_sql_LDFLAGS = $(UNIT_LINK)
