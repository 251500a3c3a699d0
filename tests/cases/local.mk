check_SCRIPTS_ALL += %D%/layers.sh %D%/cli.sh %D%/reference.sh
check_SCRIPTS_ALL += %D%/quickstart.sh %D%/banking77.sh
EXTRA_DIST += %D%/quickstart/example.inc %D%/quickstart/expected.txt %D%/quickstart/numbers.sql %D%/banking77/rules.yaml %D%/banking77/banking77.yaml %D%/banking77/flip.py
check_SCRIPTS_ALL += %D%/run.sh
EXTRA_DIST += %D%/file
check_SCRIPTS_ALL += %D%/dist.sh %D%/readme.sh %D%/install.sh
EXTRA_DIST += %D%/README.md
