libcore_la_SOURCES +=
libcore_la_SOURCES += %D%/dec.c %D%/dec.h %D%/dec_text.c
