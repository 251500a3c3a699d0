check_SCRIPTS_ALL += %D%/contract.sh
EXTRA_DIST += tests/lib.sh
