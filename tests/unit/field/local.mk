check_PROGRAMS += %D%/unit_field
TESTS += %D%/unit_field
%C%_unit_field_SOURCES = %D%/make.h %D%/test_doc.c %D%/test_fill.c %D%/test_many.c %D%/test_node.c %D%/test_state.c %D%/test_value.c
%C%_unit_field_CPPFLAGS = $(UNIT_CPP)
%C%_unit_field_LDADD = $(UNIT_LIBS)
%C%_unit_field_LDFLAGS = $(UNIT_LINK)
