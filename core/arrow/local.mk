libcore_la_SOURCES += %D%/batch.h %D%/build.h
