check_SCRIPTS_ALL += %D%/layers.sh
