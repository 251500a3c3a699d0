#!/bin/bash
# dist.sh - every committed file is in the tarball: what a build or a test needs must not live in the checkout alone.
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_SRC/.git" ] && command -v git >/dev/null || skip "dist: not a checkout"
(cd "$TRIB_BUILD" && make -s print-dist) | sed -e "s|^$TRIB_SRC/||" -e 's|^\./||' | sort -u >"$work/dist"
(cd "$TRIB_SRC" && git -c safe.directory='*' ls-files) | grep -vE '(^|/)\.git[a-z]*$' >"$work/committed"
missing() { # a file is there when it or a folder above it is listed
  awk 'NR == FNR { listed[$0]; next } { at = $0; while (!(at in listed) && sub("/[^/]*$", "", at)) ; if (!(at in listed)) { print; bad = 1 } } END { exit bad }' \
    "$work/dist" "$work/committed"
}
ok "there are committed files" test "$(wc -l <"$work/committed")" -gt 100
ok "each is in the tarball (else: EXTRA_DIST in its local.mk)" missing
finish dist
