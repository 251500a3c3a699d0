# Batteries that are quick enough for every `make check`; each closes with NAME TRIALS FAILURES.
check_SCRIPTS_ALL += %D%/kill-sqlite.sh %D%/kill-files.sh %D%/defects.sh
EXTRA_DIST += %D%/kill.sh
EXTRA_DIST += %D%/README.md
