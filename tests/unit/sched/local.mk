check_PROGRAMS += %D%/unit_sched
TESTS += %D%/unit_sched
%C%_unit_sched_SOURCES = %D%/test_cron.c %D%/test_due.c %D%/test_period.c %D%/test_schedule.c %D%/times.h
%C%_unit_sched_CPPFLAGS = $(UNIT_CPP)
%C%_unit_sched_LDADD = $(UNIT_LIBS)
%C%_unit_sched_LDFLAGS = $(UNIT_LINK)
