libcore_la_SOURCES += %D%/cron.c %D%/cron.h %D%/due.c %D%/lock.c %D%/lock.h %D%/period.c %D%/period.h %D%/schedule.c %D%/schedule.h %D%/when.c
EXTRA_DIST += %D%/README.md
