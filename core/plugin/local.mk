libcore_la_SOURCES += %D%/adopt.c %D%/adopt.h %D%/elf.c %D%/elf.h %D%/instance.c %D%/instance.h %D%/loader.c %D%/loader.h \
                      %D%/open.h %D%/services.c %D%/services_io.c
libcore_la_SOURCES += %D%/expr.c
EXTRA_DIST += %D%/README.md
