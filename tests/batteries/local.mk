# Batteries that are quick enough for every `make check`; each closes with NAME TRIALS FAILURES.
check_SCRIPTS_ALL += %D%/kill-sqlite.sh %D%/kill-files.sh %D%/defects.sh
EXTRA_DIST += %D%/kill.sh
EXTRA_DIST += %D%/README.md

# Those that take minutes: make check-batteries
BATTERIES = %D%/mutations.sh %D%/threads.sh
EXTRA_DIST += $(BATTERIES)
check-batteries: all $(check_LTLIBRARIES)
	@$(AM_TESTS_ENVIRONMENT) for b in $(BATTERIES); do bash $(srcdir)/$$b || exit 1; done
.PHONY: check-batteries
