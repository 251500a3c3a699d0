check_SCRIPTS_ALL += %D%/contract.sh %D%/contract2.sh %D%/connectors.sh %D%/file.sh %D%/plugins.sh %D%/sinks.sh %D%/transforms.sh
EXTRA_DIST += tests/lib.sh %D%/contract.inc %D%/kind.sh
EXTRA_DIST += %D%/README.md
