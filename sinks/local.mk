# A plugin of one file and no library of its own is one word here. Names are unique across kinds.
plugin_LTLIBRARIES +=
