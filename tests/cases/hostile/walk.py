#!/usr/bin/env python3
"""walk.py TRIB BADINPUT WORK KIND - hostile texts and names through the program: utf8 (bytes that are or are no UTF-8), strings (naughty ones),
names (of columns and tables), parquet (broken files). Prints "KIND: trials faults", ends 1 with faults."""
import csv, json, os, re, shutil, sqlite3, subprocess, sys
from concurrent.futures import ThreadPoolExecutor

trib, base, work, kind = sys.argv[1:5]
faults, trials = [], 0


def run(name, source, data, ext, sink='use: sqlite, path: out.db, table: t', before=None):
    """A run over one file: exit code, the error's code, rows of table t as lists, the folder."""
    d = os.path.join(work, name)
    shutil.rmtree(d, ignore_errors=True)
    os.makedirs(d)
    with open(f'{d}/in.{ext}', 'wb') as f:
        f.write(data)
    with open(f'{d}/p.yaml', 'w', encoding='utf8') as f:
        f.write(f'pipeline: p\nsource: {{ use: file, url: in.{ext}{source} }}\nsink: {{ {sink} }}\n')
    if before:
        before(d)
    r = subprocess.run([trib, 'run', 'p.yaml'], cwd=d, capture_output=True, timeout=60)
    code = re.search(rb'error\[([a-z_.0-9]+)\]', r.stderr)
    return r.returncode, code.group(1).decode() if code else None, d


def rows(d, sql='SELECT * FROM t'):
    db = sqlite3.connect(f'{d}/out.db')
    try:
        return [list(r) for r in db.execute(sql)]
    finally:
        db.close()


def each(items, check):
    global trials
    with ThreadPoolExecutor(4) as pool:
        for fault in pool.map(check, items):
            trials += 1
            if fault:
                faults.append(fault)


def utf8(case):
    name, valid, data = case
    rc, code, d = run('u' + name, ', header: false', b'"' + data.replace(b'"', b'""') + b'"\nx\n', 'csv')
    if valid and (rc or rows(d)[0][0].encode('utf8') != data):
        return f'{name}: is UTF-8, exit {rc} {code}'
    if not valid and (rc != 1 or not code or os.path.exists(f'{d}/out.db') and any('t' == r[0] for r in rows(d, 'SELECT name FROM sqlite_master'))):
        return f'{name}: is no UTF-8, exit {rc} {code}'
    return None


def utf8_cases():
    for line in open(f'{base}/unicode/utf8tests.txt', encoding='latin1'):
        m = re.match(r'([0-9.]+):(valid|invalid)( hex)?:([^:\n]*)', line)
        if m:
            data = bytes.fromhex(m.group(4)) if m.group(3) else m.group(4).encode('latin1')
            if b'\0' not in data:                        # refused as NUL, another matter
                yield m.group(1), m.group(2) == 'valid', data


def strings():
    global trials
    want = [s for s in json.load(open(f'{base}/unicode/blns.json', encoding='utf8')) if '\0' not in s]
    with open(f'{work}/s.csv', 'w', newline='', encoding='utf8') as f:
        csv.writer(f, quoting=csv.QUOTE_ALL).writerows([['s']] + [[s] for s in want])
    lines = '\n'.join(json.dumps({'s': s}, ensure_ascii=i % 2 == 0) for i, s in enumerate(want))
    for name, data, ext in (('s1', open(f'{work}/s.csv', 'rb').read(), 'csv'), ('s2', lines.encode('utf8'), 'jsonl')):
        for sink in ('use: sqlite, path: out.db, table: t', 'use: files, path: out, file: t.csv', 'use: files, path: out, file: t.jsonl, format: jsonl'):
            rc, code, d = run(name, '', data, ext, sink)
            if rc:
                faults.append(f'{ext} to {sink}: exit {rc} {code}')
                continue
            if 'sqlite' in sink:
                got = [r[0] for r in rows(d)]
            elif 'jsonl' in sink:
                got = [json.loads(x)['s'] for x in open(f'{d}/out/t.jsonl', encoding='utf8', newline='\n').read().split('\n') if x]
            else:
                got = [r[0] for r in csv.reader(open(f'{d}/out/t.csv', encoding='utf8', newline=''))][1:]
            trials += len(want)
            if len(got) != len(want):
                faults.append(f'{ext} to {sink}: {len(got)} strings of {len(want)}')
            faults.extend(f'{ext} to {sink}: {b!r} became {a!r}' for a, b in zip(got, want) if a != b)


def canary(d):
    db = sqlite3.connect(f'{d}/out.db')
    db.execute('CREATE TABLE canary(x)')
    db.execute('INSERT INTO canary VALUES (1)')
    db.commit()
    db.close()


def name(case):
    i, text, as_table = case
    sink = 'use: sqlite, path: out.db, table: ' + (json.dumps(text) if as_table else 't')
    rc, code, d = run(f'n{i}{as_table}', '', json.dumps({'k' if as_table else text: 'v'}).encode() + b'\n', 'jsonl', sink, canary)
    what = 'table' if as_table else 'column'
    if rows(d, 'SELECT * FROM canary') != [[1]]:
        return f'{what} {text!r}: the canary is gone'
    if rc:
        return None if code and rc in (1, 2, 5) else f'{what} {text!r}: exit {rc} {code}'
    names = [r[0] for r in rows(d, "SELECT name FROM sqlite_master WHERE type = 'table'" if as_table else "SELECT name FROM pragma_table_info('t')")]
    return None if text in names else f'{what} {text!r}: became {names}'


# broken in a way that DuckDB's reader lives with: the rows that it gives for all of the file
LIVED_WITH = {'ARROW-GH-43605.parquet': 21186, 'ARROW-GH-45185.parquet': 5, 'ARROW-RS-GH-6229-LEVELS.parquet': 1}


def parquet(path):
    d = os.path.join(work, os.path.basename(path))
    os.makedirs(d, exist_ok=True)
    with open(f'{d}/p.yaml', 'w', encoding='utf8') as f:
        f.write(f'pipeline: p\nsource: {{ use: file, url: {json.dumps(path)}, format: parquet }}\nsink: {{ use: sqlite, path: out.db, table: t }}\n')
    r = subprocess.run([trib, 'run', 'p.yaml'], cwd=d, capture_output=True, timeout=60)
    code = re.search(rb'error\[([a-z_.0-9]+)\]', r.stderr)
    lives = LIVED_WITH.get(os.path.basename(path))
    if lives and r.returncode == 0:
        there = rows(d, 'SELECT count(*) FROM t')[0][0]
        return None if there == lives else f'{os.path.basename(path)}: {there} rows'
    if r.returncode != 1 or not code:
        return f'{os.path.basename(path)}: exit {r.returncode} {r.stderr[-300:]!r}'
    return None


os.makedirs(work, exist_ok=True)
if kind == 'utf8':
    each(list(utf8_cases()), utf8)
elif kind == 'strings':
    strings()
elif kind == 'names':
    found = json.load(open(f'{base}/sql/identifiers.json', encoding='utf8'))
    each([(i, x, t) for i, x in enumerate(found) for t in (0, 1)], name)
elif kind == 'parquet':
    folder = f'{base}/parquet/parquet-testing/bad_data'
    each(sorted(os.path.join(folder, x) for x in os.listdir(folder) if x.endswith('.parquet')), parquet)
print('\n'.join(faults))
print(f'{kind}: {trials} trials, {len(faults)} faults')
sys.exit(len(faults) > 0 or trials == 0)
