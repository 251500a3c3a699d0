check_PROGRAMS += %D%/unit_config
TESTS += %D%/unit_config
%C%_unit_config_SOURCES = %D%/files.h %D%/test_badinput.c %D%/test_csv.c %D%/test_pipeline.c %D%/test_project.c %D%/test_subst.c %D%/test_yaml.c
%C%_unit_config_CPPFLAGS = $(UNIT_CPP)
%C%_unit_config_LDADD = $(UNIT_LIBS)
%C%_unit_config_LDFLAGS = $(UNIT_LINK)
# a reader of many files for tests/cases/hostile.sh
check_PROGRAMS += %D%/yaml_json
%C%_yaml_json_SOURCES = %D%/yaml_json.c
%C%_yaml_json_CPPFLAGS = $(UNIT_CPP)
%C%_yaml_json_LDADD = libcore.la
%C%_yaml_json_LDFLAGS = $(UNIT_LINK)
