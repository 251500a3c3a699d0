check_SCRIPTS_ALL += %D%/contract.sh %D%/contract2.sh %D%/connectors.sh %D%/file.sh %D%/sqlite_source.sh %D%/plugins.sh %D%/postgres.sh %D%/sinks.sh %D%/transforms.sh
EXTRA_DIST += tests/lib.sh tests/postgres.inc %D%/pg_proxy.py %D%/contract.inc %D%/kind.sh
EXTRA_DIST += %D%/README.md
