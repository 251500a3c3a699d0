EXTRA_DIST += %D%/README.md
EXTRA_DIST += %D%/pipeline.md %D%/plugins.md %D%/reference
EXTRA_DIST += %D%/recategorise.md
EXTRA_DIST += %D%/formats.md
EXTRA_DIST += %D%/expressions.md
EXTRA_DIST += %D%/delivery.md %D%/file.md %D%/map.md %D%/normalise.md

# pages that come from tables; tests/cases/reference.sh compares them with what the program writes
dist_man1_MANS = %D%/trib.1
reference: trib $(plugin_LTLIBRARIES)
	mkdir -p $(srcdir)/docs/reference
	for p in $(plugin_LTLIBRARIES) formats.la; do \
	  n=`basename $$p .la`; ./trib plugins $$n --markdown >$(srcdir)/docs/reference/$$n.md || exit 1; \
	done
	./trib help --man >$(srcdir)/docs/trib.1
.PHONY: reference
