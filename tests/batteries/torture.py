"""What malloc.sh and io-errors.sh share: a folder with small files of every format, the commands to torture, one trial, and what a
trial may not leave behind. Run by them; TRIB_EXE is the program itself (libtool's wrapper would be hit as well)."""
import csv, json, os, re, shutil, sqlite3, subprocess, sys, time, zipfile

EXE, WORK, POINTS = os.environ['TRIB_EXE'], os.environ['WORK'], os.environ.get('TORTURE_POINTS', '')
RUN = os.path.join(WORK, 'run')
LIMIT = 20                                     # seconds that a command may take
DOCUMENTED = set(range(1, 7))                  # exit codes (README 6)
ENV = {k: v for k, v in os.environ.items() if not k.startswith(('TRIB_NOW', 'FAILMALLOC'))} | {
    'TRIB_NOW': '2025-02-02T00:00:00Z', 'TRIB_WORKERS': '1', 'MASK_KEY': '8f3c1d0a9b7e6f5544332211ffeeddcc', 'ASAN_OPTIONS': 'detect_leaks=0'}

# ---- files ----

HEAD = ['id', 'day', 'partner', 'users', 'amount', 'email']
ROWS = [[str(i % 17), f'2025-01-{i % 28 + 1:02}', 'P0' + str(i % 3), str(i * 7), f'{i * 3}.25', f'u{i % 5}@example.com'] for i in range(1, 25)]
NS = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
REL = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">%s</Relationships>'
OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/'


def text(name, content):
    with open(name, 'w', newline='') as f:
        f.write(content)


def inputs():
    lines = '\n'.join(','.join(r) for r in [HEAD] + ROWS) + '\n'
    text('in.csv', lines)
    for day in ('2025-01-30', '2025-01-31', '2025-02-01'):
        text(f'in_{day}.csv', lines)
    text('de.csv', 'Partner;Monat;Währung;Nettoumsatz (Tsd.);Neuinstallationen\n' + ''.join(
        f'P0{i % 3};2025-{i % 12 + 1:02};EUR;1.23{i % 10},5;{i * 11}\n' for i in range(12)))
    text('aliases.csv', 'scope,alias,metric\nglobal,Neuinstallationen,installs\n')
    text('fx.csv', 'base,quote,period,kind,rate\n' + ''.join(f'EUR,USD,2025-{m:02},avg,1.0{m:02}\n' for m in range(1, 13)))
    text('in.json', json.dumps({'data': {'rows': [dict(zip(HEAD, r), tags=['a', r[0]]) for r in ROWS]}}))
    text('in.jsonl', ''.join(json.dumps({'ticket_id': f'T{i}', 'partner_id': 'P01', 'channel': 'phone', 'opened_at': f'2025-01-{i + 1:02}T07:02:02Z',
         'source_label': ['Complaint', 'Other'][i % 2], 'subject': 'My account', 'body': ['Tell me how to forward calls', 'Explain my bill, please'][i % 2]}) + '\n' for i in range(12)))
    text('rules.yaml', '- { id: how, category: how_to, from: [complaint], confidence: 0.97, phrases: [how to], patterns: [\'\\bhow (do|can) (i|we)\\b\'] }\n'
         '- { id: bill, category: billing_question, from: [complaint], confidence: 0.7, phrases: [explain my bill], not: [scam] }\n')
    text('in.fwf', ''.join(f'{r[0]:>4}{r[1]}{r[2]:<5}{r[4]:>10}\n' for r in ROWS))
    text('in.xml', '<all>' + ''.join('<row>' + ''.join(f'<{h}>{v}</{h}>' for h, v in zip(HEAD, r)) + '</row>' for r in ROWS) + '</all>')
    text('in.html', '<table><tr>' + ''.join(f'<th>{h}</th>' for h in HEAD) + '</tr>' + ''.join('<tr>' + ''.join(f'<td>{v}</td>' for v in r) + '</tr>' for r in ROWS) + '</table>')
    text('ref.csv', 'code,since,until,tier\nP00,,2025-01-10,gold\nP00,2025-01-10,,silver\nP01,,,bronze\n')
    with zipfile.ZipFile('in.zip', 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('a/one.csv', lines)
        z.writestr('two.csv', lines.replace('P0', 'Q0'))
    shared = sorted({v for r in [HEAD] + ROWS for v in r})
    cells = ''.join(f'<row r="{n + 1}">' + ''.join(f'<c r="{"ABCDEF"[c]}{n + 1}" t="s"><v>{shared.index(v)}</v></c>' for c, v in enumerate(r)) + '</row>' for n, r in enumerate([HEAD] + ROWS))
    with zipfile.ZipFile('in.xlsx', 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('_rels/.rels', REL % f'<Relationship Id="r" Type="{OFFICE}officeDocument" Target="xl/book.xml"/>')
        z.writestr('xl/book.xml', f'<workbook {NS}><sheets><sheet name="Data" sheetId="1" r:id="s"/></sheets></workbook>')
        z.writestr('xl/_rels/book.xml.rels', REL % ''.join(f'<Relationship Id="{i}" Type="{OFFICE}{t}" Target="{t}.xml"/>' for i, t in [('s', 'worksheet'), ('x', 'sharedStrings'), ('y', 'styles')]))
        z.writestr('xl/styles.xml', f'<styleSheet {NS}><cellXfs><xf numFmtId="0"/></cellXfs></styleSheet>')
        z.writestr('xl/worksheet.xml', f'<worksheet {NS}><sheetData>{cells}</sheetData></worksheet>')
        z.writestr('xl/sharedStrings.xml', f'<sst {NS}>' + ''.join(f'<si><t>{v}</t></si>' for v in shared) + '</sst>')


# ---- pipelines: source, steps, sink ----

LITE = 'use: sqlite, path: out.db'
PIPELINES = {
    'csv': ('url: in.csv, columns: { id: int64, day: date, partner: text, users: int64, amount: { type: decimal, scale: 2 } }', '', LITE + ', table: t, mode: merge, key: [id, day]'),
    'csv-files': ('url: in.csv', '', 'use: files, path: out, format: csv, table: t'),
    'json': ('url: in.json, records: /data/rows, explode: /tags, ordinal: nr, columns: { id: int64, day: date, tag: { from: /tags }, amount: decimal }', '', 'use: files, path: out, format: jsonl, table: t'),
    'xlsx': ('url: in.xlsx, columns: { id: int64, day: date, amount: { type: decimal, scale: 2 } }', '', LITE + ', table: t'),
    'zip': ('url: in.zip, member: "*.csv", file_column: part', '', 'use: files, path: out, format: csv, table: t'),
    'fixed': ('url: in.fwf, columns: { id: { width: 4, type: int64 }, day: { width: 10, type: date }, partner: { width: 5 }, amount: { width: 10, type: decimal, scale: 2 } }', '', LITE + ', table: t'),
    'xml': ('url: in.xml, records: /all/row', '', LITE + ', table: t'),
    'html': ('url: in.html', '', LITE + ', table: t'),
    'map': ('url: in.csv', "map: { filter: \"id != '3'\", derive: { twice: \"concat(partner, '-', email)\" }, cast: { users: int64, day: date, amount: decimal }, rename: { amount: revenue }, constants: { from: portal } }", LITE + ', table: t'),
    'dedupe': ('url: in.csv', 'dedupe: { key: [id], version: day }', LITE + ', table: t'),
    'lookup': ('url: in.csv', 'lookup: { path: ref.csv, key: { partner: code }, take: { tier: tier }, as_of: day, valid_from: since, valid_to: until, on_miss: dead }', LITE + ', table: t'),
    'mask': ('url: in.csv', 'mask: { key: "${env:MASK_KEY}", columns: { email: hash, partner: { how: partial, last: 1 } } }', 'use: files, path: out, format: csv, table: t'),
    'check': ('url: in.csv, columns: { id: int64, users: int64, day: date }, other_columns: keep', 'check: { rows: [{ require: "users >= 0", name: users are counted }], figures: [{ measure: rows, min: 10 }, { measure: sum, column: users }], not_null: [day] }', LITE + ', table: t'),
    'normalise': ('url: de.csv, delimiter: ";"', 'normalise: { aliases: aliases.csv, locale: de_DE, period_column: Monat, partner_column: Partner, currency_column: "Währung", currency: USD, fx: fx.csv, source_id: portal, output: model }', LITE + ', model: partner, table: observation'),
    'recategorise': ('url: in.jsonl, columns: { ticket_id: text, partner_id: text, channel: text, opened_at: time, source_label: text, subject: text, body: text }',
                     'recategorise: { source: helpdesk, text: [subject, body], labels: { Complaint: complaint, Other: other }, rules: rules.yaml }', LITE + ', model: partner, table: ticket'),
    'daily': ('url: "in_${period.id}.csv"', 'map: { constants: { period: "${period.id}" } }', LITE + ', table: t, mode: merge, key: [id, period, day]'),
}

RUNS = [name for name in PIPELINES if name != 'daily']
# name of the folder, whether it ran before, the command
LOOKS = [('csv', False, 'check'), ('lookup', False, 'plan'), ('normalise', False, 'preview'), ('map', False, 'config .'), ('csv', False, 'discover'),
         ('lookup', True, 'state list'), ('lookup', True, 'state export'), ('lookup', True, 'loads list'), ('lookup', True, 'dead-letters list'),
         ('lookup', True, 'dead-letters show'), ('lookup', True, 'runs list'), ('daily', False, 'schedule next'), ('daily', False, 'schedule list'), ('csv', False, 'plugins'),
         ('csv', False, 'plugins file'), ('csv', False, 'schema'), ('csv', False, 'explain file.no_match')]


def commands():
    """(title, folder, whether it ran before, arguments, whether it writes)"""
    for name in RUNS:
        yield 'run ' + name, name, False, ['run', 'p.yaml'], True
    yield 'run csv again', 'csv', True, ['run', 'p.yaml', '--full-refresh', '-y'], True
    yield 'run --due', 'daily', False, ['run', '--due', '.'], True
    for name, ran, line in LOOKS:
        words = line.split()
        path = [] if words[0] in ('plugins', 'schema', 'explain', 'config') else ['p.yaml'] if words[0] not in ('runs', 'schedule') else ['.']
        for json_ in ([], ['--json']):
            yield ' '.join([line] + json_), name, ran, words + path + json_, False


def template(name, ran, cache={}):
    """A folder with the pipeline; once it ran, with its target."""
    folder = os.path.join(WORK, 'template', name + ('-ran' if ran else ''))
    if folder not in cache:
        cache[folder] = True
        if ran:
            shutil.copytree(template(name, False), folder)
            code, _, err = call(folder, ['run', 'p.yaml'])
            if code:
                sys.exit(f'{name}: the undisturbed run fails: {err}')
        else:
            os.makedirs(folder)
            os.chdir(folder)
            inputs()
            source, steps, sink = PIPELINES[name]
            schedule = 'schedule: { period: day, start: 2025-01-30 }\n' if name == 'daily' else ''
            text('p.yaml', f'pipeline: p\n{schedule}max_rejects: 100%\nsource: {{ use: file, {source} }}\n' + (f'steps:\n  - {steps}\n' if steps else '') + f'sink: {{ {sink} }}\n')
    return folder


def fresh(name, ran, to=RUN):
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(template(name, ran), to)
    return to


def call(folder, arguments, before=(), **env):
    """(exit code, stdout, stderr); a code below 0 is a signal, None is a command that hangs."""
    child = subprocess.Popen([*before, EXE, *arguments], cwd=folder, env=ENV | env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        out, err = child.communicate(timeout=LIMIT)
    except subprocess.TimeoutExpired:
        child.kill()
        out, err = child.communicate()
        return None, '', 'hangs: ' + err.decode(errors='replace')[-300:]
    return child.returncode, out.decode(errors='replace'), err.decode(errors='replace')


# ---- what a target holds ----

def table_dump(path):
    db = sqlite3.connect(f'file:{path}?mode=rw', uri=True)
    try:
        out = [db.execute('pragma integrity_check').fetchall()]
        tables = [r[0] for r in db.execute("select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by 1")]
        if '_trib_loads' not in tables:
            return out + [tables]
        for t in tables:
            known = [r[1] for r in db.execute(f'pragma table_info("{t}")')]
            if t == '_trib_loads':
                out.append((t, db.execute("select sum(rows_inserted), sum(rows_updated), sum(rows_rejected) from _trib_loads where outcome = 'committed'").fetchall()))
            elif t == '_trib_state':
                out.append((t, db.execute("select part, state from _trib_state where part not like '@%' order by 1").fetchall()))
            elif not t.startswith('_trib') or t == '_trib_dead_letters':
                # which load wrote a row, and when, is not what is true of it
                some = [c for c in known if c not in ('run_id', 'load_id', '_trib_load', 'id_load', 'at', 'created_at')]
                out.append((t, sorted(map(repr, db.execute('select ' + ', '.join(f'"{c}"' for c in some) + f' from "{t}"')))))
        return out
    finally:
        db.close()


def files_dump(folder):
    """The rows of what the manifest names, and that nothing else stands there for a reader."""
    def named(x):
        for v in x.values() if isinstance(x, dict) else x if isinstance(x, list) else ():
            yield from named(v) if not isinstance(v, str) else [v] if re.search(r'\.(csv|jsonl)$', v) else ()
    try:
        manifest = json.load(open(os.path.join(folder, 'manifest.json')))
    except FileNotFoundError:
        manifest = {}
    wanted = {os.path.normpath(v if os.path.exists(v) else os.path.join(folder, v)) for v in named(manifest)}
    seen = {os.path.normpath(os.path.join(d, f)) for d, _, fs in os.walk(folder) for f in fs if f.endswith(('.csv', '.jsonl')) and not f.startswith('.')}
    rows = {}
    # A rename behind the commit that did not come off leaves a file its hidden name until the next run; readers of the manifest know both.
    hidden = {os.path.normpath(os.path.join(d, f.rsplit('~', 1)[1])): os.path.join(d, f) for d, _, fs in os.walk(folder) for f in fs if f.count('~') == 2}
    for f in sorted(wanted):
        rows.setdefault(os.path.dirname(f), []).extend(open(f if os.path.exists(f) else hidden.get(f, f), newline='').read().split('\n')[f.endswith('.csv'):] if os.path.exists(f) or f in hidden else ['the file is not there'])
    return [sorted(seen - wanted), {k: sorted(v) for k, v in rows.items()}]


def dump(folder):
    os.chdir(folder)
    if os.path.exists('out.db'):
        return table_dump('out.db')
    if os.path.exists('out'):
        return files_dump('out')
    return []


LOADED = {'t', 'observation', 'series', 'observation_flag', 'ticket', 'ticket_category', 'review_item'}   # the model's other tables are there once it is


def same(a, b):
    """Whether two dumps hold the same rows; a target that is empty is one that is not there."""
    def bare(d):
        if isinstance(d, list) and d and d[0] == [('ok',)]:
            return [t for t in d[1:] if isinstance(t, tuple) and (t[0] in LOADED or t[0].startswith('_trib')) and t[1] and t[1] != [(None, None, None)]]
        return [] if d in ([], [[], {}]) else d
    return bare(a) == bare(b)


CHANGING = re.compile(r'\b[0-9A-HJKMNP-TV-Z]{16}\b|[0-9.]+ (s|ms|MiB)\b|"(seconds|ms|peak_memory)":[0-9.]+')


def plain(answer):
    """An answer without what differs from run to run: identities, times, memory."""
    return re.sub("[ \t]+", " ", CHANGING.sub('~', answer))


# ---- judgement ----

class Battery:
    def __init__(self, name):
        self.name, self.trials, self.failures, self.began = name, 0, 0, time.time()

    def fail(self, where, why):
        self.failures += 1
        print(f'not ok: {where}: {why}', flush=True)

    def finish(self):
        print(f'{self.name} {self.trials} {self.failures}')
        sys.exit(self.failures != 0)


def spread(count, wanted):
    """1..count, or wanted of them, evenly."""
    wanted = count if POINTS == 'all' else int(POINTS or wanted)
    if wanted >= count:
        return list(range(1, count + 1))
    return sorted({1 + i * (count - 1) // max(wanted - 1, 1) for i in range(wanted)})
