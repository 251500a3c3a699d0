#!/bin/bash
# json.sh - every JSON file of badinput through the program: 318 of JSONTestSuite and 25 of our own, values to the last digit.
. "$(dirname "$0")/../lib.sh"
bad=$TRIB_SRC/../shared/badinput/json
[ -d "$bad" ] || skip "badinput is not beside the repository"
command -v python3 >/dev/null || skip "no python3 here"
real="$TRIB_BUILD/.libs/trib"                      # libtool's wrapper takes longer than most files
[ -x "$real" ] && [ -z "${TRIB_INSTALLED:-}" ] && export LD_LIBRARY_PATH="$TRIB_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" && TRIB=$real
walk() { python3 "$TRIB_SRC/tests/cases/json/walk.py" "$TRIB" "$bad" "$work/$@"; }
all() {
  walk all >"$work/said" || { cat "$work/said"; return 1; }
  same "$(tail -1 "$work/said")" "i_ 35, n_ 188, y_ 95, own ok 8, own reject 15, own either 2"
}
red() { # FILE: with its expectation altered the walk must fail, and for that
  if walk "red-$1" "$1" >"$work/said"; then echo "an altered expectation of $1 was not noticed"; return 1; fi
  grep -q "^$1: " "$work/said" || { cat "$work/said"; return 1; }
}
unknown() { # a file that no table knows
  cp -r "$bad" "$work/copy" && cp "$bad/own/bom.json" "$work/copy/own/new.json" || return 1
  ! bad=$work/copy walk unknown bom.json >"$work/said" && grep -q '^new.json: nothing is known' "$work/said"
}
ok "every file has its outcome" all
[ -f "$work/said" ] && tail -1 "$work/said"
for file in y_object.json n_array_extra_comma.json decimal-exact.json two-docs.json nest-100.json; do
  ok "an altered expectation is noticed: $file" red "$file"
done
ok "an unknown file is noticed" unknown
finish json
