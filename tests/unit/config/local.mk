check_PROGRAMS += %D%/unit_config
TESTS += %D%/unit_config
%C%_unit_config_SOURCES = %D%/test_config.c
%C%_unit_config_CPPFLAGS = $(UNIT_CPP)
%C%_unit_config_LDADD = $(UNIT_LIBS)
%C%_unit_config_LDFLAGS = $(UNIT_LINK)
