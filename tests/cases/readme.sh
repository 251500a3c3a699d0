#!/bin/bash
# readme.sh - what the README tells a newcomer to type works as it stands there: both commands, the query, the pipeline.
. "$(dirname "$0")/../lib.sh"
readme=$TRIB_SRC/README.md
mkdir -p "$work/p/in" "$work/p/examples"; cd "$work/p" || exit 1
cp -r "$TRIB_SRC/examples/quickstart" examples; chmod -R u+w examples; rm -rf examples/quickstart/{out,.trib}
printf '#!/bin/sh\nexec "%s" "$@"\n' "$TRIB" >trib; chmod +x trib

indented() { # N: the N-th indented block
  awk -v n="$1" '/^    / { if (!in_block) block++; in_block = 1; if (block == n) print substr($0, 5); next } { in_block = 0 }' "$readme"
}
first=$(indented 1 | sed -n '1s/ *#.*//p') second=$(indented 1 | sed -n '2s/ *#.*//p') query=$(indented 2)
ok "the first command is bootstrap and a run" grep -q '^\./bootstrap && \./trib run ' <<<"$first"
ok "the run" bash -c "${first#./bootstrap && }"
ok "the query answers 1,000 complaints, 4.00 and 1.80" eval 'bash -c "$query" | tr -d " " | grep -qE "1000.*4.00?.*1.80?"'
ok "the second command is what .ci/run runs" eval '[ -n "$second" ] && grep -qF "$second" "$TRIB_SRC/.ci/run"'
ok "bootstrap says what it does" eval '"$TRIB_SRC/bootstrap" --help | grep -q -- --dev'

indented 4 >pipeline.yaml
ok "the pipeline has about ten lines" eval '[ $(wc -l <pipeline.yaml) -ge 9 ] && [ $(wc -l <pipeline.yaml) -le 12 ]'
printf 'Datum;Umsatz;Stra\337e\n2025-01-01;1.234,56;Gr\374n\n2025-01-02;0,00;x\n2025-01-03;7,5;y\n' >in/KPI_1.csv
ok "trib check finds nothing wrong with it" ./trib check pipeline.yaml
ok "it runs" ./trib run pipeline.yaml
ok "its rows are exact" same "$(sqlite3 out/metrics.db 'SELECT day, revenue FROM revenue ORDER BY 1')" "$(printf '2025-01-01|1234.56\n2025-01-03|7.5')"
ok "preview and plan of it" eval './trib preview pipeline.yaml && ./trib plan pipeline.yaml'
ok "the README is one screen" test "$(wc -l <"$readme")" -le 60
links() { grep -oE '\]\([^)]*\)' "$readme" | tr -d '])(' | while read -r l; do [ -e "$TRIB_SRC/$l" ] || echo "no $l"; done | grep . && return 1 || return 0; }
ok "its links lead somewhere" links
finish readme
