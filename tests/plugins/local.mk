# Plugins for tests only: built as modules even though nothing installs them (-rpath), found through TRIB_PLUGIN_PATH.
TEST_MODULE = $(PLUGIN_LINK) -rpath $(abs_builddir)/%D% libtributary.la $(JANSSON_LIBS)
check_LTLIBRARIES += %D%/feed.la %D%/trace.la %D%/trace_stage.la %D%/bend.la %D%/once.la %D%/nothing.la %D%/say.la %D%/probe.la %D%/mould.la %D%/grown.la
%C%_feed_la_LDFLAGS = $(TEST_MODULE)
%C%_trace_la_LDFLAGS = $(TEST_MODULE)
%C%_trace_stage_la_LDFLAGS = $(TEST_MODULE)
%C%_bend_la_LDFLAGS = $(TEST_MODULE)
%C%_once_la_LDFLAGS = $(TEST_MODULE)
%C%_nothing_la_LDFLAGS = $(TEST_MODULE)
EXTRA_DIST += %D%/README.md %D%/foreign.h
%C%_say_la_LDFLAGS = $(TEST_MODULE)
%C%_probe_la_LDFLAGS = $(TEST_MODULE)
%C%_mould_la_LDFLAGS = $(TEST_MODULE)
%C%_grown_la_LDFLAGS = $(TEST_MODULE)
$(check_LTLIBRARIES): libtributary.la
