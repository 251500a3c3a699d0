#!/usr/bin/env bash
# run.sh SECONDS [TARGET...] - builds and runs fuzz targets, two at a time. Per target one line:
#   fuzz NAME EXECUTIONS FAILURES
# Inputs that fail are kept in $FUZZ_BUILD/found with the command that replays them; what grows is $FUZZ_BUILD/grown/NAME.
# 77: clang with libFuzzer is not here.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
src=$(cd "$here/../.." && pwd)
export TRIB_BUILD=${TRIB_BUILD:-$src}
export FUZZ_BUILD=${FUZZ_BUILD:-$TRIB_BUILD/fuzz}
clang=${CLANG:-clang} jobs=${JOBS:-2}
seconds=${1:?run.sh SECONDS [TARGET...]}
shift
mkdir -p "$FUZZ_BUILD/found" "$FUZZ_BUILD/grown" "$FUZZ_BUILD/logs"
echo 'int LLVMFuzzerTestOneInput(const unsigned char *p, unsigned long n) { return p && n > 1 ? 0 : 0; }' >"$FUZZ_BUILD/probe.c"
"$clang" -fsanitize=fuzzer "$FUZZ_BUILD/probe.c" -o "$FUZZ_BUILD/probe" 2>/dev/null || { echo "SKIP run.sh: $clang with libFuzzer is not here"; exit 77; }
"$here/build.sh" "$@" || exit 1

# TARGET's input limit and folder of seeds in ../shared/badinput
row() { sed -n "s/^FUZZ_ROW($1, \([0-9]*\), \"\([^\"]*\)\".*/\1 \2/p" "$here/targets.def"; }

one() { # TARGET
  local name=$1 max seeds found=$FUZZ_BUILD/found log=$FUZZ_BUILD/logs/$1.log inputs before runs failures
  read -r max seeds < <(row "$name")
  mkdir -p "$FUZZ_BUILD/grown/$name" "$here/corpus/$name"
  inputs=("$FUZZ_BUILD/grown/$name" "$here/corpus/$name")
  [ -z "$seeds" ] || [ ! -d "$src/../shared/badinput/$seeds" ] || inputs+=("$src/../shared/badinput/$seeds")
  before=$(find "$found" -name "$name-*" | wc -l)
  export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1 UBSAN_OPTIONS=print_stacktrace=1 LSAN_OPTIONS=suppressions=$src/tests/lsan.supp:print_suppressions=0
  (cd "$FUZZ_BUILD/logs" && "$FUZZ_BUILD/$name" -max_total_time="$seconds" -max_len="$max" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512 -print_final_stats=1 -seed="${FUZZ_SEED:-0}" \
    -artifact_prefix="$found/$name-" "${inputs[@]}") >"$log" 2>&1
  local rc=$?
  runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  failures=$(($(find "$found" -name "$name-*" | wc -l) - before))
  [ $rc -eq 0 ] || [ $failures -gt 0 ] || failures=1
  if [ $failures -gt 0 ]; then
    grep -m 12 -E 'broken:|ERROR:|SUMMARY:|runtime error:|^ +#[0-9] .* (/|in )' "$log"
    find "$found" -name "$name-*" -newer "$FUZZ_BUILD/probe" -exec echo "replay: $FUZZ_BUILD/$name" {} \;
  fi
  [ "${runs:-0}" -gt 0 ] || [ $failures -gt 0 ] || failures=1
  echo "fuzz $name ${runs:-0} $failures"
  [ $failures -eq 0 ]
}
export -f one row
export here src seconds
if [ $# -gt 0 ]; then targets=$*; else targets=$(sed -n 's/^FUZZ_ROW(\([a-z0-9_]*\).*/\1/p' "$here/targets.def"); fi
printf '%s\n' $targets | xargs -P "$jobs" -I{} bash -c 'one {}' || exit 1
