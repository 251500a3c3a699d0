EXTRA_DIST += %D%/README.md
check_SCRIPTS_ALL += %D%/contract.sh %D%/contract2.sh %D%/file.sh %D%/plugins.sh
EXTRA_DIST += tests/lib.sh %D%/contract.inc
