# the quickstart is installed too: `trib init` copies it
EXTRA_DIST += %D%/README.md
nobase_dist_pkgdata_DATA = %D%/quickstart/README.md %D%/quickstart/generate.py %D%/quickstart/phrasings.py %D%/quickstart/rules.yaml \
  %D%/quickstart/aliases.csv %D%/quickstart/carrier-kpis.yaml %D%/quickstart/carrier-daily.yaml %D%/quickstart/crm-subscribers.yaml \
  %D%/quickstart/crm-opportunities.yaml %D%/quickstart/support-tickets.yaml %D%/quickstart/in/carrier.zip %D%/quickstart/in/crm.zip \
  %D%/quickstart/in/fx.csv %D%/quickstart/in/tickets.jsonl
EXTRA_DIST += %D%/scheduled/README.md %D%/scheduled/daily.yaml %D%/scheduled/in/KPI_20260327.csv %D%/scheduled/in/KPI_20260329.csv
