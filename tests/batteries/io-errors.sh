#!/bin/bash
# io-errors.sh - the disk says no: ENOSPC, EIO, EDQUOT at the N-th call of every write-class syscall on the project's files, EINTR (which
# nobody may see), a file size limit, folders that are read only. Into the sinks sqlite and files, and 12 MiB into files, whose writer
# thread passes by the page cache. The run ends well, or with a documented code and a message that names file and reason; no row is seen
# before its commit, an fsync that failed is not tried again, and the next run completes. Prints "io-errors TRIALS FAILURES".
# Every call and every error with TORTURE_POINTS=all, else a spread; a run that was not hit is no trial (strace's count is per thread).
[ -w /dev/shm ] && df /dev/shm 2>/dev/null | grep -q tmpfs && export TMPDIR=/dev/shm
. "$(dirname "$0")/../lib.sh"
[ -e "$TRIB_BUILD/connectors/.libs/file.so" ] || skip "a static build loads no modules"
command -v strace >/dev/null || { [ -n "${CI:-}" ] && { echo "io-errors 0 1: strace is missing"; exit 1; }; skip "strace is missing"; }
strace -o /dev/null true 2>/dev/null || { [ -n "${CI:-}" ] && { echo "io-errors 0 1: ptrace is not allowed"; exit 1; }; skip "ptrace is not allowed here"; }
TRIB_EXE=$TRIB_BUILD/.libs/trib; [ -x "$TRIB_EXE" ] || TRIB_EXE=$TRIB
export TRIB_EXE LD_LIBRARY_PATH="$TRIB_BUILD/.libs${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" WORK=$work PYTHONDONTWRITEBYTECODE=1
PYTHONPATH=$TRIB_SRC/tests/batteries python3 - <<'P'
import re
from torture import *

CALLS = 'write pwrite64 writev fsync fdatasync ftruncate rename renameat renameat2 unlink unlinkat openat mkdir mkdirat'.split()
# SQLite keeps no errno of a flush and of some opens: "disk I/O error", "unable to open database file"
REASONS = { 'ENOSPC': 'No space left on device|disk is full|disk I/O error|unable to open database', 'EIO': 'Input/output error|disk I/O error|unable to open database',
            'EDQUOT': 'Disk quota exceeded|disk I/O error|disk is full|unable to open database', 'EROFS': 'Read-only file system|readonly|unable to open' }
INTERRUPTED = { 'write', 'pwrite64', 'openat' }     # what a signal can interrupt on a file
trace = os.path.join(WORK, 'trace')
battery = Battery('io-errors')
RUN_IT = ['run', 'p.yaml']


def points(follow):
    """(call, n, what it was) on files of the project; n as strace counts it."""
    call(RUN, RUN_IT, ['strace', *follow, '-y', '-o', trace, '-e', 'trace=' + ','.join(CALLS)])
    count, found = {}, []
    lines = open(trace, errors='replace').read().splitlines()
    main = lines[0].split()[0] if follow else ''
    for line in lines:
        m = re.match(r'(?:(\d+) +)?(\w+)\((.*)', line)
        if not m:
            continue
        who, name, rest = m.groups()
        n = count[who, name] = count.get((who, name), 0) + 1
        if (RUN in rest or 'p.yaml' in rest) and not (name == 'openat' and 'O_CREAT' not in rest):
            found.append((name, n, rest, bool(follow) and who != main))
    return found


def trial(title, folder, how, before, after, reason, must_fail=False, invisible=False):
    fresh(*folder)
    if os.path.exists(trace):
        os.remove(trace)
    code, out, err = call(RUN, RUN_IT, how)
    if how[0] == 'strace' and '(INJECTED)' not in open(trace, errors='replace').read():
        return
    battery.trials += 1
    now = dump(RUN)
    if code is None or code < 0 or code > 128 or (code and code not in DOCUMENTED):
        battery.fail(title, f'exit {code}: {err[-300:]}')
    elif code and invisible:
        battery.fail(title, f'exit {code}, and nobody should have seen it: {err[-300:]}')
    elif code and ('error[' not in err or not re.search(reason, err) or not re.search(r'/run\b|out|\.trib|p\.yaml', err)):
        battery.fail(title, f'exit {code} and no word of the file and the reason: {err[-400:]}')
    elif code == 0 and must_fail:
        battery.fail(title, 'exit 0, as if nothing had been')
    elif not (same(now, after) or (code and same(now, before))):
        battery.fail(title, f'exit {code}, and the target holds {now}'[:500])
    code, _, err = call(RUN, RUN_IT)
    if code:
        battery.fail(title, f'the next run fails: {err[-300:]}')
    elif not same(dump(RUN), after):
        battery.fail(title, f'the next run gives other rows: {dump(RUN)}'[:500])


def tortured(name, wanted, follow=()):
    folder = (name, False)
    before = dump(fresh(*folder))
    code, _, err = call(RUN, RUN_IT)
    if code:
        return battery.fail(name, f'the undisturbed run fails: {err}')
    after = dump(RUN)
    fresh(*folder)
    found = points(follow)
    if len(found) < wanted // 2:
        battery.fail(name, f'only {len(found)} calls')
    for k in [i - 1 for i in spread(len(found), wanted)]:
        name_, n, rest, _ = found[k]
        errors = ['ENOSPC', 'EIO', 'EDQUOT']
        for error in (errors if POINTS == 'all' else [errors[k % 3]]) + (['EINTR'] if name_ in INTERRUPTED and (POINTS == 'all' or k % 4 == 0) else []):
            # what the manifest will name, and the manifest itself, were not written if they were not flushed
            data = name_ == 'fsync' and re.search(r'<[^>]*/out/[^>]*\.(csv|jsonl|json)[^>/]*>', rest)
            trial(f'{name}: {name_} {n} {error} ({rest[:90]})', folder,
                  ['strace', *follow, '-o', trace, '-e', f'trace={name_}', '-e', f'inject={name_}:error={error}:when={n}'],
                  before, after, REASONS.get(error, ''), bool(data) and error != 'EINTR', error == 'EINTR')
    return before, after


PIPELINES['big'] = PIPELINES['csv-files'][0].replace('in.csv', 'big.csv'), '', PIPELINES['csv-files'][2]
template('big', False)
text('big.csv', 'id,what\n' + ''.join(f'{i},{"x" * 90}{i}\n' for i in range(120000)))
for name, wanted, follow in ('csv', 60, ()), ('csv-files', 60, ()), ('big', 10, ('-f',)):
    held = tortured(name, wanted, follow)
    if not held:
        continue
    limit = 8 if name != 'big' else 4096            # KiB
    trial(f'{name}: ulimit -f {limit}', (name, False), ['bash', '-c', f'ulimit -f {limit}; exec "$@"', '-'], *held, 'File too large|disk I/O error|disk is full', name == 'big')
    for path, must in ('out.db' if name == 'csv' else 'out', True), ('.trib', False):
        trial(f'{name}: {path} is read only', (name, False),
              ['strace', '-f', '-o', trace, '-P', os.path.join(RUN, path), '-e', 'inject=openat,mkdir,mkdirat:error=EROFS'], *held, REASONS['EROFS'], must)
battery.finish()
P
