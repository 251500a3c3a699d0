check_PROGRAMS += %D%/unit_field
TESTS += %D%/unit_field
%C%_unit_field_SOURCES = %D%/test_field.c
%C%_unit_field_CPPFLAGS = $(UNIT_CPP)
%C%_unit_field_LDADD = $(UNIT_LIBS)
%C%_unit_field_LDFLAGS = $(UNIT_LINK)
