#!/usr/bin/env bash
# build.sh [TARGET...] - the core once as an archive, compiled by clang with coverage, ASan and UBSan, then one program per target.
# Out of tree: $FUZZ_BUILD, or fuzz/ in the build folder. Only what is older than its source is compiled again. $TRIB_BUILD is
# where config.h is. CLANG names the compiler.
set -euo pipefail
src=$(cd "$(dirname "$0")/../.." && pwd)
build=${TRIB_BUILD:-$src}
to=${FUZZ_BUILD:-$build/fuzz}
clang=${CLANG:-clang}
jobs=${JOBS:-2}
[ -f "$build/config.h" ] || { echo "build.sh: $build is not configured (TRIB_BUILD)" >&2; exit 1; }
mkdir -p "$to/o"

packages='jansson libfyaml sqlite3 libxxhash zlib libpcre2-8 libarchive libzstd liblzma liblz4 expat'
! pkg-config --exists libisal || packages="$packages libisal"
flags="-g -O1 -std=gnu17 -D_GNU_SOURCE -DHAVE_CONFIG_H -DFUZZ_ALONE -fno-omit-frame-pointer -fno-sanitize-recover=undefined -pthread
  -I$build -I$src/include -I$src/core -I$src/tests $(pkg-config --cflags $packages)
  -DTRIB_PLUGIN_DIR=\"/nonexistent\" -DTRIB_PROGRAM=\"trib\" -DTRIB_DATA_DIR=\"/nonexistent\""
libs="$(pkg-config --libs jansson libfyaml sqlite3 zlib libpcre2-8 expat) $(pkg-config --libs --silence-errors libisal || true) -lltdl -ldl -lm"

# A header that changed makes everything again that may include it: there are too few of them to keep books.
newest() { find "$@" -name '*.h' -printf '%T@ %p\n' | sort -n | tail -n 1 | cut -d' ' -f2-; }
if [ -e "$to/built" ]; then
  [ "$to/built" -nt "$(newest "$src/core" "$src/include" "$src/sinks/files")" ] || rm -f "$to"/o/*.o
  [ "$to/built" -nt "$(newest "$src/tests/fuzz")" ] || rm -f "$to"/o/tests-fuzz-*.o
fi
compile() { # SOURCE: its object, if it is older
  local o=$to/o/$(echo "${1#"$src"/}" | tr / -).o
  [ "$o" -nt "$1" ] || "$clang" $flags -fsanitize=fuzzer-no-link,address,undefined -c "$1" -o "$o"
}
export -f compile
export to src clang flags
core=$(find "$src/core" -mindepth 2 -maxdepth 2 -name '*.c')   # core/trib.c is main, what lies deeper are templates
plugins="$src/sinks/files/encode.c $src/sinks/files/out.c"
if [ $# -gt 0 ]; then targets=$*; else targets=$(sed -n 's/^FUZZ_ROW(\([a-z0-9_]*\).*/\1/p' "$src/tests/fuzz/targets.def"); fi
printf '%s\n' $core $plugins "$src/tests/fuzz/fuzz.c" $(printf "$src/tests/fuzz/%s.c\n" $targets) | xargs -P "$jobs" -I{} bash -c 'compile {}' ||
  { echo "build.sh: not everything compiles" >&2; exit 1; }
if [ ! -e "$to/libcore.a" ] || [ -n "$(find "$to/o" -name '*.o' ! -name 'tests-fuzz-*' -newer "$to/libcore.a" -print -quit)" ]; then
  rm -f "$to/libcore.a"
  find "$to/o" -name '*.o' ! -name 'tests-fuzz-*' -print0 | xargs -0 ar rcs "$to/libcore.a"
fi
link() { # TARGET
  local o=$to/o/tests-fuzz-$1.c.o
  [ "$to/$1" -nt "$o" ] && [ "$to/$1" -nt "$to/libcore.a" ] && [ "$to/$1" -nt "$to/o/tests-fuzz-fuzz.c.o" ] ||
    "$clang" -fsanitize=fuzzer,address,undefined -pthread "$o" "$to/o/tests-fuzz-fuzz.c.o" "$to/libcore.a" $libs -o "$to/$1"
}
export -f link
export libs
printf '%s\n' $targets | xargs -P "$jobs" -I{} bash -c 'link {}'
touch "$to/built"
