#!/usr/bin/env python3
"""floors.py RESULT.json - what run.py of ../shared/bench measured (--out) against the floors: one line a job, the ratio to the fastest of the
peers named, in that run on that data. Ends 1 when one is below its floor or needs more memory, or when rows and sums differ."""
import json, re, sys

# job: (floor, peers of which the fastest counts, megabytes of memory)
FLOORS = {
    'J1': (5, ('duckdb',), 64), 'J2': (4, ('duckdb', 'chdb'), 64), 'J4': (2, ('sqlite3 .import ready CSV',), 64), 'J5': (2, ('duckdb',), 64),
    'J7': (4, ('duckdb', 'chdb'), 64), 'J9': (4, ('duckdb',), 64),
}


def figures(row):
    return re.findall(r'rows=(\d+)|sum\d=([-+.e\d]+)', row.get('chk') or '')


def main():
    bad = 0
    res = json.load(open(sys.argv[1]))
    print('| job | tributary | CPU s | RSS MB | fastest peer | ratio | floor | |\n|---|---|---|---|---|---|---|---|')
    for job, (floor, names, memory) in FLOORS.items():
        rows = {r['name']: r for r in res if r['job'] == job and r['status'] == 'ok'}
        ours, peers = rows.get('tributary'), [rows[n] for n in names if n in rows]
        if not ours or not peers:
            continue
        best = max(peers, key=lambda r: (r['mb'] / r['wall']))
        ratio = (ours['mb'] / ours['wall']) / (best['mb'] / best['wall'])
        same = not figures(best) or figures(ours) == figures(best)
        word = 'BELOW' if ratio < floor else 'SUMS' if not same else 'MEMORY' if ours['rss'] > memory else 'ok'
        bad += word != 'ok'
        print(f"| {job} | {ours['mb'] / ours['wall']:.0f} MB/s | {ours['cpu']:.2f} | {ours['rss']:.0f} | {best['name']} {best['mb'] / best['wall']:.0f} MB/s | {ratio:.1f} | "
              f"{floor} | {word} |")
    sys.exit(bad > 0)


main()
