# walk.py TRIB BADINPUT/json WORK [ALTER]: every file through the program; values compared exactly, with Python's json as the oracle.
#
# JSONTestSuite: y_ is one row equal to the value, n_ a named error and no row, i_ one of the two. Our own files: expected.json, and
# here how each is read. ALTER changes one expectation (a self-test: the walk must then fail). A file that nothing is known of fails.
import json, os, shutil, sqlite3, subprocess, sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

trib, base, work = sys.argv[1:4]
alter = sys.argv[4] if len(sys.argv) > 4 else None
WHOLE = 'records: ".", columns: { v: { from: ".", type: json } }'
NUL = {'y_object_escaped_null_in_key.json', 'y_string_null_escape.json'}    # valid JSON that no database holds: refused, or replaced if asked
OWN = {  # how each file is read
    'int-2p53-plus-1.json': 'records: ".", columns: { id: int64 }',
    'int-int64-max.json': 'records: ".", columns: { id: int64 }',
    'int-over-int64.json': 'records: ".", columns: { id: int64 }',
    'decimal-exact.json': 'records: ".", columns: { amount: decimal, fee: decimal }',
    'num-1e400.json': 'records: ".", columns: { v: decimal }',
    'num-1e-400.json': 'records: ".", columns: { v: decimal }',
    'num-neg-zero.json': 'records: ".", columns: { v: decimal }',
    'num-nan.json': 'records: ".", columns: { v: decimal }',
    'key-duplicate.json': 'records: "."', 'key-nul.json': 'records: "."', 'str-nul.json': 'records: "."', 'str-lone-surrogate.json': 'records: "."',
    'nest-100.json': WHOLE, 'nest-100000.json': WHOLE, 'root-scalar.json': '', 'bom.json': 'records: ".", columns: { a: int64 }',
    'records-null.json': 'records: /tickets', 'records-missing.json': 'records: /tickets', 'records-empty.json': 'records: /tickets',
    'records-mixed-types.json': 'records: /tickets', 'trailing-garbage.json': 'records: /tickets', 'two-docs.json': 'records: "."',
    'nd-truncated.ndjson': 'columns: { id: int64 }', 'nd-blank-crlf.ndjson': 'columns: { id: int64 }', 'nd-bad-middle.ndjson': 'columns: { id: int64 }',
}
CODES = {  # reject, and why
    'int-over-int64.json': 'json.bad_value', 'num-1e400.json': 'json.bad_value', 'num-nan.json': 'json.bad_document', 'key-duplicate.json': 'json.bad_line',
    'key-nul.json': 'json.bad_line', 'str-lone-surrogate.json': 'json.bad_line', 'nest-100000.json': 'json.too_deep', 'root-scalar.json': 'json.no_records',
    'records-null.json': 'json.no_records', 'records-missing.json': 'json.no_records', 'records-mixed-types.json': 'json.bad_line',
    'trailing-garbage.json': 'json.bad_document', 'two-docs.json': 'json.bad_document', 'nd-truncated.ndjson': 'json.bad_line',
    'nd-bad-middle.ndjson': 'json.bad_line',
}
LEFT = {'nd-truncated.ndjson': 2, 'nd-bad-middle.ndjson': 2, 'records-mixed-types.json': 3}  # rows beside the dead letter


class Outcome:
    def __init__(self, path, options, name):
        d = os.path.join(work, name)
        os.makedirs(d)
        with open(os.path.join(d, 'p.yaml'), 'w') as f:
            f.write('pipeline: p\nmax_rejects: 100%%\nsource: { use: file, url: %s%s }\nsink: { use: sqlite, path: out.db, table: t }\n' %
                    (json.dumps(path), ', ' + options if options else ''))
        r = subprocess.run([trib, 'run', 'p.yaml'], cwd=d, capture_output=True, timeout=60)
        err = r.stderr.decode('utf-8', 'replace')
        self.exit, self.rows, self.codes = r.returncode if 'Sanitizer' not in err and 'runtime error' not in err else 255, [], []
        if 'error[' in err:
            self.codes.append(err.split('error[', 1)[1].split(']', 1)[0])
        if os.path.exists(os.path.join(d, 'out.db')):
            db = sqlite3.connect(os.path.join(d, 'out.db'))
            tables = {x[0] for x in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if '_trib_dead_letters' in tables:
                self.codes += [x[0] for x in db.execute('SELECT code FROM _trib_dead_letters')]
            if 't' in tables:
                c = db.execute('SELECT * FROM t')
                self.rows = [dict(zip([x[0] for x in c.description], row)) for row in c]
            db.close()
        shutil.rmtree(d)

    def safe(self):
        return 0 <= self.exit < 100 and (self.rows or self.codes)

    def __str__(self):
        return 'exit %d, %s, %d rows %.200s' % (self.exit, self.codes, len(self.rows), self.rows)


def load(text):
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=lambda p: ['object'] + [list(x) for x in p])


def replaced(v):
    return [replaced(x) for x in v] if isinstance(v, list) else v.replace('\0', '\ufffd') if isinstance(v, str) else v


def named(o):
    return o.exit in (0, 1, 2, 5) and not o.rows and any(c.startswith(('json.', 'format.', 'csv.')) for c in o.codes)


def suite(name):
    path = os.path.join(base, 'JSONTestSuite/test_parsing', name)
    kind, o = name[0], Outcome(path, WHOLE, name)
    if alter == name:
        kind = {'y': 'n', 'n': 'y', 'i': 'n'}[kind]
    if kind == 'n':
        return None if named(o) else 'n_ was taken: %s' % o
    if kind == 'i':
        return None if o.safe() and (len(o.rows) == 1) != named(o) else 'i_: %s' % o
    if name in NUL:
        if not named(o):
            return 'U+0000 was taken: %s' % o
        o = Outcome(path, WHOLE + ', bad_escapes: replace', name)
    if o.exit != 0 or len(o.rows) != 1:
        return 'y_ was refused: %s' % o
    with open(path, encoding='utf-8') as f:
        want = load(f.read())
    is_value = load(o.rows[0]['v']) if o.rows[0]['v'] is not None else None      # null is null
    return None if is_value == (replaced(want) if name in NUL else want) else 'y_: %s is not %s' % (is_value, want)


def own(case):
    name, outcome = case['file'], case['outcome']
    if name not in OWN:
        return 'how is it read?'
    o = Outcome(os.path.join(base, 'own', name), OWN[name], name)
    values = dict(case.get('values') or {})
    if alter == name:
        outcome = 'reject' if not values and outcome == 'ok' else 'ok'
        values = {k: v + '1' for k, v in values.items()}
    if not o.safe() and name != 'records-empty.json':
        return 'neither rows nor a reason: %s' % o
    if outcome == 'reject':
        fine = CODES[name] in o.codes and len(o.rows) == LEFT.get(name, 0) if name in CODES else named(o)
        return None if fine else '%s expected: %s' % (CODES.get(name), o)
    if outcome == 'either':
        return None if named(o) or len(o.rows) == 1 else 'either: %s' % o
    want = case.get('rows', 0 if case.get('values') == {} else 1)
    if o.exit != 0 or o.codes or len(o.rows) != want:
        return '%d rows expected: %s' % (want, o)
    for k, v in values.items():
        is_value = o.rows[0].get(k + '_dec', o.rows[0].get(k))
        if Decimal(str(is_value)) != Decimal(v):
            return '%s is %s, not %s' % (k, is_value, v)
    return None


def main():
    os.makedirs(work, exist_ok=True)
    with open(os.path.join(base, 'own/expected.json'), encoding='utf-8') as f:
        cases = json.load(f)
    theirs = sorted(os.listdir(os.path.join(base, 'JSONTestSuite/test_parsing')))
    ours = sorted(set(os.listdir(os.path.join(base, 'own'))) - {'expected.json'})
    bad = ['%s: nothing is known of it' % n for n in theirs if n[:2] not in ('y_', 'n_', 'i_')]
    bad += ['%s: nothing is known of it' % n for n in ours if n not in [c['file'] for c in cases]]
    if alter:
        theirs, cases = [n for n in theirs if n == alter], [c for c in cases if c['file'] == alter]
    totals = {}
    with ThreadPoolExecutor(2) as pool:
        for names, what in ((theirs, suite), (cases, own)):
            for x, why in zip(names, pool.map(what, names)):
                kind = (x[0] + '_') if isinstance(x, str) else 'own ' + x['outcome']
                totals.setdefault(kind, [0, 0])[0] += 1
                totals[kind][1] += why is not None
                if why:
                    bad.append('%s: %s' % (x if isinstance(x, str) else x['file'], why))
    for line in bad:
        print(line)
    print(', '.join('%s %d' % (k, v[0]) + (' (%d wrong)' % v[1] if v[1] else '') for k, v in totals.items()))
    sys.exit(1 if bad else 0)


main()
