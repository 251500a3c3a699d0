# Tests. unit: Criterion, one program per layer, linked with libcore.la; suite: what every plugin of a kind must pass; cases:
# folders run by the program; bench: ratios, never in `make check`. See README.md here.
TEST_EXTENSIONS = .sh
SH_LOG_COMPILER = bash
AM_TESTS_ENVIRONMENT = TRIB=$(abs_top_builddir)/trib TRIB_SRC=$(abs_top_srcdir) TRIB_BUILD=$(abs_top_builddir) CC='$(CC)'; \
  export TRIB TRIB_SRC TRIB_BUILD CC;
EXTRA_DIST += %D%/README.md
check_SCRIPTS_ALL =

# what every unit program is built with
UNIT_CPP = $(AM_CPPFLAGS) -I$(srcdir)/core -I$(srcdir)/tests/unit $(CRITERION_CFLAGS)
UNIT_LIBS = libcore.la $(CRITERION_LIBS)
UNIT_LINK = -no-install $(SANITIZE)

if HAVE_CRITERION
include tests/unit/base/local.mk
include tests/unit/arrow/local.mk
include tests/unit/parse/local.mk
include tests/unit/field/local.mk
include tests/unit/io/local.mk
include tests/unit/plugin/local.mk
include tests/unit/sql/local.mk
include tests/unit/sinks/local.mk
include tests/unit/cli/local.mk
include tests/unit/config/local.mk
include tests/unit/run/local.mk
include tests/unit/sched/local.mk
include tests/unit/test/local.mk
include tests/unit/transforms/local.mk
endif
include tests/fuzz/local.mk
include tests/batteries/local.mk
include tests/suite/local.mk
include tests/cases/local.mk
include tests/bench/local.mk
include tests/plugins/local.mk
TESTS += $(check_SCRIPTS_ALL)

# make install links plugins again in their place, so what installs runs after everything else, one by one
tests/suite/plugins.log: $(filter-out tests/suite/plugins.log tests/cases/install.log,$(TEST_LOGS))
tests/cases/install.log: $(filter-out tests/cases/install.log,$(TEST_LOGS))
EXTRA_DIST += $(check_SCRIPTS_ALL)

# what .ci/run repeats under ASan and UBSan: all units, and the suites that are quick there
SANITIZE_TESTS = $(filter-out %/yaml_json,$(check_PROGRAMS)) tests/suite/contract.sh tests/suite/file.sh tests/cases/run.sh tests/cases/quickstart.sh
print-sanitize-tests:
	@echo $(SANITIZE_TESTS)
.PHONY: print-sanitize-tests
EXTRA_DIST += %D%/lsan.supp
