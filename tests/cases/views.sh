#!/bin/bash
# views.sh - the partner model beyond the quickstart: restated and missing months, two sources and two currencies of one
# partner, zero users and subscribers, reviews that were accepted; each view against a reckoning in Decimal.
. "$(dirname "$0")/../lib.sh"
oracle=$TRIB_SRC/tests/cases/views/oracle.py
cp -r "$TRIB_SRC/tests/cases/views/project" "$work/p"; chmod -R u+w "$work/p"
for step in 1 2 3; do
  case $step in 1) now=2025-07-01;; 2) now=2025-07-10;; 3) now=2025-07-20;; esac
  python3 -B "$oracle" make "$work/p" $step || exit 1
  ok "step $step: run" env TRIB_NOW=${now}T06:00:00Z "$TRIB" run "$work/p"
  ok "step $step: every view" python3 -B "$oracle" check "$work/p/out/metrics.db" $step
done
finish views
