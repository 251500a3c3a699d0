EXTRA_DIST += %D%/README.md
libcore_la_SOURCES += %D%/adopt.c %D%/bad.c %D%/batch.h %D%/buffers.c %D%/buffers.h %D%/build.c %D%/build.h %D%/cast.c %D%/cast.h %D%/edit.c %D%/finish.c \
                      %D%/intake.c %D%/intake.h %D%/intake_text.c %D%/json.c %D%/layout.c %D%/layout.h %D%/personal.c %D%/personal.h %D%/put.c %D%/rows.c %D%/rows.h %D%/scalar.c \
                      %D%/scalar.h %D%/shape.c %D%/text.c %D%/view.c
