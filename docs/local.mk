# README.md, which is installed beside them, links to these
pagesdir = $(docdir)/docs
dist_pages_DATA = %D%/README.md %D%/pipeline.md %D%/plugins.md %D%/recategorise.md %D%/formats.md \
  %D%/expressions.md %D%/delivery.md %D%/file.md %D%/check.md %D%/map.md %D%/normalise.md
optionsdir = $(docdir)/docs/reference
dist_options_DATA = %D%/reference/README.md %D%/reference/check.md %D%/reference/file.md %D%/reference/files.md %D%/reference/formats.md \
  %D%/reference/map.md %D%/reference/normalise.md %D%/reference/recategorise.md \
  %D%/reference/sqlite.md
dist_pages_DATA += %D%/testing.md %D%/dedupe.md %D%/lookup.md %D%/sql.md
dist_options_DATA += %D%/reference/dedupe.md %D%/reference/lookup.md %D%/reference/sql.md
dist_pages_DATA += %D%/mask.md %D%/postgres.md
dist_options_DATA += %D%/reference/mask.md %D%/reference/postgres.md
dist_pages_DATA += %D%/sqlite.md
dist_options_DATA += %D%/reference/sqlite_source.md
dist_pages_DATA += %D%/schedule.md
dist_options_DATA += %D%/reference/schedule.md

# pages that come from tables; tests/cases/reference.sh compares them with what the program writes
dist_man1_MANS = %D%/trib.1
reference: trib $(plugin_LTLIBRARIES)
	mkdir -p $(srcdir)/docs/reference
	for p in $(plugin_LTLIBRARIES) formats.la schedule.la; do \
	  n=`basename $$p .la`; ./trib plugins $$n --markdown >$(srcdir)/docs/reference/$$n.md || exit 1; \
	done
	./trib help --man >$(srcdir)/docs/trib.1
.PHONY: reference
