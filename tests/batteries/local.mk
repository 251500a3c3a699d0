# Batteries that are quick enough for every `make check`; each closes with NAME TRIALS FAILURES.
QUICK_BATTERIES = %D%/kill-sqlite.sh %D%/kill-files.sh %D%/kill-quickstart.sh %D%/defects.sh %D%/malloc.sh %D%/io-errors.sh
SLOW_BATTERIES = %D%/kill-postgres.sh %D%/threads.sh %D%/mutations.sh
check_SCRIPTS_ALL += $(QUICK_BATTERIES)
EXTRA_DIST += %D%/kill.sh %D%/torture.py %D%/failmalloc.c %D%/README.md $(SLOW_BATTERIES)

# All of them, with every point, each to its end: make check-batteries [BATTERIES=...]
BATTERIES = $(QUICK_BATTERIES) $(SLOW_BATTERIES)
check-batteries: all $(check_LTLIBRARIES)
	@$(AM_TESTS_ENVIRONMENT) export KILL_POINTS=all TORTURE_POINTS=$${TORTURE_POINTS:-60}; bad=0; for b in $(BATTERIES); do \
	  from=`date +%s`; bash $(srcdir)/$$b || { test $$? = 77 || bad=1; }; echo "$$b: $$((`date +%s` - from)) s"; done; exit $$bad
.PHONY: check-batteries
