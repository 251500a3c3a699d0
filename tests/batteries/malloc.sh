#!/bin/bash
# malloc.sh [TITLE] - no memory: the commands of torture.py, with the n-th allocation of our objects (and every tenth of libraries) failing,
# once and from there on. Such a command ends well, with the answer of an undisturbed one, or with a documented exit code and a message; it
# does not crash or hang; nothing is half committed, and the next run completes what this one did not. Prints "malloc TRIALS FAILURES".
# Every n with TORTURE_POINTS=all, else a spread; a run that was not hit is no trial. TITLE: only commands whose title begins so.
[ -w /dev/shm ] && df /dev/shm 2>/dev/null | grep -q tmpfs && export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/connectors/.libs/file.so" ] || skip "a static build loads no modules"
grep -q 'enable_sanitizers=.yes' "$TRIB_BUILD/config.log" 2>/dev/null && skip "sanitizers bring their own malloc"
TRIB_EXE=$TRIB_BUILD/.libs/trib; [ -x "$TRIB_EXE" ] || TRIB_EXE=$TRIB
export TRIB_EXE LD_LIBRARY_PATH="$TRIB_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" WORK=$work FAIL=$work/failmalloc.so PYTHONDONTWRITEBYTECODE=1
"${CC:-gcc}" -O2 -shared -fPIC -o "$FAIL" "$TRIB_SRC/tests/batteries/failmalloc.c" || { echo "malloc 0 1: failmalloc.c"; exit 1; }
PYTHONPATH=$TRIB_SRC/tests/batteries python3 - "${1:-}" <<'P'
import os, sys
from torture import *

# Libraries that end the process when they get no memory, and nothing on our side can help it. Nothing else may be here.
SPARED = {'ld-linux': 'the linker of the system ends the process where it relocates a module (exit 127)'}
WANTED = { False: 6, True: 10 }                # points per mode, if not all: of commands that look, and that write
log = os.path.join(WORK, 'log')
os.makedirs(RUN)
battery = Battery('malloc')


def tortured(folder, arguments, n, from_on=False):
    if os.path.exists(log):
        os.remove(log)
    result = call(folder, arguments, LD_PRELOAD=os.environ['FAIL'], FAILMALLOC_N=str(n), FAILMALLOC_FROM=str(int(from_on)), FAILMALLOC_LIBS='10',
                  FAILMALLOC_OURS=os.environ['TRIB_BUILD'] + '/', FAILMALLOC_SPARE=':'.join(SPARED), FAILMALLOC_LOG=log)
    return result, open(log).read() if os.path.exists(log) else ''


def who(seen):
    """The frames that asked, by addr2line where it is there."""
    names = []
    for frame in seen.split('\n')[0].split()[1:8]:
        path, offset = frame.rsplit('+', 1)
        try:
            said = subprocess.run(['addr2line', '-fse', path, hex(int(offset, 16) - 1)], capture_output=True, text=True).stdout.split()
        except OSError:
            said = []
        names.append(' '.join(said) if len(said) > 1 and said[0] != '??' else os.path.basename(frame))
    return ' < '.join(names)


def judge(title, name, ran, arguments, writes):
    before = dump(fresh(name, ran))
    code, answer, err = call(RUN, arguments)
    after = dump(RUN)
    if code:
        return battery.fail(title, f'the undisturbed command fails: {err}')
    fresh(name, ran)
    _, seen = tortured(RUN, arguments, 0)
    count = int(seen.split('count ')[1]) if 'count ' in seen else 0
    if count < 20:
        battery.fail(title, f'only {count} allocations were seen')
    for mode in (False, True):
        for n in spread(count, WANTED[writes]):
            fresh(name, ran)
            (code, out, err), seen = tortured(RUN, arguments, n, mode)
            if 'hit ' not in seen:
                continue
            battery.trials += 1
            where = lambda: f"{title}, allocation {n} {'on' if mode else 'once'} of {count} {who(seen)}"
            why = wrong(code, out, err, answer, dump(RUN), before, after, title == 'run --due')   # each period is a unit of its own
            if why:
                battery.fail(where(), why)
            if writes:
                again, _, err = call(RUN, arguments)
                now = dump(RUN)
                if again:
                    battery.fail(where(), f'the next run fails: {err[:300]}')
                elif not same(now, after):
                    battery.fail(where(), f'the next run gives other rows: {now} instead of {after}'[:600])


def wrong(code, out, err, answer, now, before, after, periods):
    if code is None:
        return err
    if code != 0 and code not in DOCUMENTED:
        return f'exit {code}: {err[-300:]}'
    if code and 'error[' not in err and '"error":{' not in out and '"code":' not in out:
        return f'exit {code} without a message: {err[-300:]}'
    if not (same(now, after) or (code and (same(now, before) or periods))):
        return f'exit {code}, and the target holds {now}'[:600]
    if code == 0 and plain(out) != plain(answer) and not re.search(r'refused\t|"refused"', out):   # of a plugin: told, and why
        return f'exit 0, and another answer: {out[:300]!r}'
    return None


for command in commands():
    if command[0].startswith(sys.argv[1]):
        judge(*command)
battery.finish()
P
