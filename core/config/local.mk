libcore_la_SOURCES += %D%/csv.c %D%/file.c %D%/include.c %D%/load.h %D%/loader.h %D%/order.c %D%/pipeline.h %D%/project.c %D%/set.c %D%/shape.c %D%/subst.c %D%/tables.c %D%/unroll.c %D%/window.c %D%/yaml.c
EXTRA_DIST += %D%/README.md
