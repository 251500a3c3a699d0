# lib.sh - what every shell test starts with: a temp folder, TAP-less counting, and one closing line.
#
# FAIL_FAST=1 ends at the first failure.
# ok NAME COMMAND...   passes when the command does; say NAME; closing line "NAME TRIALS FAILURES" by finish
set -u
: "${TRIB:?run by make check, or set TRIB to the program}"
: "${TRIB_SRC:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${TRIB_BUILD:=$(dirname "$TRIB")}"
work=$(mktemp -d "${TMPDIR:-/tmp}/trib-test.XXXXXX")
[ -n "${KEEP:-}" ] && echo "kept: $work" >&2 || trap 'rm -rf "$work"' EXIT
trials=0 failures=0
export TRIB_PLUGIN_PATH="$TRIB_BUILD/tests/plugins/.libs:$TRIB_BUILD/connectors/.libs:$TRIB_BUILD/transforms/.libs:$TRIB_BUILD/sinks/.libs"
export NO_COLOR=1 LC_ALL=C.UTF-8
skip() { echo "SKIP: $*"; exit 77; }

ok() {
  local name=$1; shift
  trials=$((trials + 1))
  if ! "$@" >"$work/ok.out" 2>&1; then
    failures=$((failures + 1))
    echo "not ok: $name"
    sed 's/^/    /' "$work/ok.out" | head -20
    [ -z "${FAIL_FAST:-}" ] || finish fast
  fi
}
same() { # TEXT TEXT
  [ "$1" = "$2" ] || { printf 'expected: %s\n     got: %s\n' "$2" "$1"; return 1; }
}
wait_for() { # REGEX FILE
  for _ in $(seq 1500); do grep -q "$1" "$2" 2>/dev/null && return; sleep 0.01; done
  echo "no $1 in $2"; return 1
}
installed() { # ROOT: make install there; libtool links plugins again for it, so such tests run last (tests/local.mk)
  (cd "$TRIB_BUILD" && make -s install DESTDIR="$1") >"$work/install.log" 2>&1
}
finish() { echo "$1 $trials $failures"; [ $failures -eq 0 ]; exit $?; }
