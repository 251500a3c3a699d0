check_SCRIPTS_ALL += %D%/contract.sh %D%/file.sh %D%/plugins.sh
EXTRA_DIST += tests/lib.sh
EXTRA_DIST += %D%/README.md
