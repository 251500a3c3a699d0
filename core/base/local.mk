libcore_la_SOURCES += %D%/clock.c %D%/clock.h %D%/dead.c %D%/dead.h %D%/error.c %D%/error.h %D%/errors.def %D%/figure.c %D%/figure.h %D%/glob.c %D%/glob.h %D%/lazy.c %D%/lazy.h %D%/log.c %D%/log.h %D%/mem.c %D%/mem.h \
                      %D%/text.c %D%/text.h
EXTRA_DIST += %D%/README.md
