#!/bin/bash
# tree.sh - what is no line: XML, nested data and HTML tables through the program, with Python's parsers as the oracle.
. "$(dirname "$0")/../lib.sh"
command -v python3 >/dev/null || skip "no python3 here"
real="$TRIB_BUILD/.libs/trib"                      # libtool's wrapper takes longer than most files
[ -x "$real" ] && export LD_LIBRARY_PATH="$TRIB_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" && TRIB=$real
export TRIB WORK=$work PYTHONDONTWRITEBYTECODE=1
for part in nested xml html; do
  ok "$part" python3 "$TRIB_SRC/tests/cases/tree/check_$part.py"
done
finish tree
