check_PROGRAMS += %D%/unit_sinks
TESTS += %D%/unit_sinks
%C%_unit_sinks_SOURCES = %D%/host.c %D%/host.h %D%/test_model.c %D%/test_sqlite.c %D%/test_files.c %D%/test_encode.c %D%/test_out.c \
  $(SINK_SQLITE) $(SINK_FILES)
%C%_unit_sinks_CPPFLAGS = $(UNIT_CPP) $(SQLITE_CFLAGS)
%C%_unit_sinks_LDADD = $(UNIT_LIBS) $(SQLITE_LIBS)
%C%_unit_sinks_LDFLAGS = $(UNIT_LINK)
if HAVE_PQ
%C%_unit_sinks_SOURCES += %D%/server.c %D%/server.h %D%/test_postgres.c %D%/test_pg_types.c $(SINK_POSTGRES)
%C%_unit_sinks_CPPFLAGS += $(PQ_CFLAGS)
%C%_unit_sinks_LDADD += $(PQ_LIBS)
endif
