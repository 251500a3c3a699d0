#!/bin/bash
# reference.sh - what is generated from tables is what the program would write now: docs/reference and the man page. After a change of
# a table: `make reference` in the build folder, then look at the difference.
. "$(dirname "$0")/../lib.sh"
export TRIB_PLUGIN_PATH="$TRIB_BUILD/connectors/.libs:$TRIB_BUILD/transforms/.libs:$TRIB_BUILD/sinks/.libs"   # not those of the tests

current() { # PAGE COMMAND...
  local page=$1; shift
  "$TRIB" "$@" >"$work/page" && diff -u "$TRIB_SRC/docs/$page" "$work/page"
}
known() { # no page outlives its plugin
  local page name
  for page in "$TRIB_SRC"/docs/reference/*.md; do
    name=$(basename "$page" .md)
    [ "$name" = postgres ] && [ ! -e "$TRIB_BUILD/sinks/postgres.la" ] && continue   # built without libpq
    [ "$name" = README ] || [ "$name" = formats ] || [ "$name" = schedule ] || echo "$plugins" | grep -qx "$name" || { echo "there is no plugin $name"; return 1; }
  done
}
plugins=$("$TRIB" plugins | awk -F'\t' 'NR > 1 && $2 != "refused" { print $1 }')
ok "there are plugins" test -n "$plugins"
for name in $plugins formats schedule; do
  ok "reference of $name is current" current "reference/$name.md" plugins "$name" --markdown
done
ok "every page has its plugin" known
ok "man page is current" current trib.1 help --man
finish reference
