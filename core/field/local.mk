libcore_la_SOURCES += %D%/doc.c %D%/field.c %D%/field.h %D%/fill.h %D%/finding.c %D%/many.c %D%/node.c %D%/node.h %D%/state.c %D%/value.c
EXTRA_DIST += %D%/README.md
