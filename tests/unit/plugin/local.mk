check_PROGRAMS += %D%/unit_plugin
TESTS += %D%/unit_plugin
%C%_unit_plugin_SOURCES = %D%/test_plugin.c
%C%_unit_plugin_CPPFLAGS = $(UNIT_CPP)
%C%_unit_plugin_LDADD = $(UNIT_LIBS)
%C%_unit_plugin_LDFLAGS = $(UNIT_LINK)
