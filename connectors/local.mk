# A plugin of one file and no library of its own is one word here. Names are unique across kinds.
plugin_LTLIBRARIES +=

plugin_LTLIBRARIES += %D%/file.la
%C%_file_la_CPPFLAGS = $(AM_CPPFLAGS) $(PCRE2_CFLAGS)
%C%_file_la_LIBADD = libtributary.la $(PCRE2_LIBS)
EXTRA_DIST += %D%/README.md
