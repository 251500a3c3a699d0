#!/usr/bin/env python3
"""totals.py BADINPUT - what lies there, counted, against what its SOURCES.md says; a folder or a kind of file that nobody walks is a fault."""
import json, os, re, sys

base = sys.argv[1]
said = open(f'{base}/SOURCES.md', encoding='utf8').read()


def files(folder, end=''):
    return sum(len([x for x in names if x.endswith(end) and not x.startswith('expected')]) for _, _, names in os.walk(f'{base}/{folder}'))


def lines(path):
    return sum(1 for x in open(f'{base}/{path}', encoding='utf8') if x.strip() and not x.startswith('#'))


def items(path, of=lambda x: x):
    return len(of(json.load(open(f'{base}/{path}', encoding='utf8'))))


# folder of badinput: (what it says, what there is, who walks it)
TABLE = {
    'csv': [(r'(\d+) csv \+ 12 json', lambda: files('csv/csv-spectrum/csvs', '.csv'), 'csv.sh'), (r'(\d+) csv,', lambda: files('csv/own'), 'csv.sh')],
    'json': [(r'(\d+); y_ must', lambda: files('json/JSONTestSuite/test_parsing'), 'json.sh'), (r'(\d+) json,', lambda: files('json/own'), 'json.sh')],
    'archive': [(r'(\d+) archives', lambda: files('archive/own'), 'archive.sh')],
    'xlsx': [(r'(\d+) workbooks', lambda: files('xlsx/own'), 'xlsx.sh')],
    'yaml': [(r'(\d+); events', lambda: files('yaml/yaml-test-suite/src', '.yaml'), 'hostile.sh'), (r'(\d+) yaml,', lambda: files('yaml/own', '.yaml'), 'unit_config')],
    'numbers': [(r'(\d+) numbers', lambda: lines('numbers/numbers.tsv'), 'unit_io')],
    'dates': [(r'(\d+) dates', lambda: lines('dates/dates.tsv'), 'unit_io'), (r'(\d+) schedules', lambda: lines('dates/schedule.tsv'), 'unit_sched')],
    'unicode': [(r'(\d+) strings', lambda: items('unicode/blns.json'), 'hostile.sh')],
    'sql': [(r'(\d+) identifiers', lambda: items('sql/identifiers.json'), 'hostile.sh')],
    'secrets': [(r'(\d+) canaries', lambda: items('secrets/canaries.json', lambda x: x['canaries']), 'secrets.sh')],
    'parquet': [(r'(\d+) broken Parquet', lambda: files('parquet/parquet-testing/bad_data', '.parquet'), 'hostile.sh')],
}
LATER = {'export', 'http', 'gen', 'licences'}      # sinks for people and transports come with them; the other two are no input
faults = 0
print('| folder | files or cases | SOURCES.md | walked by |\n|---|---|---|---|')
for folder in sorted(x for x in os.listdir(base) if os.path.isdir(f'{base}/{x}')):
    if folder not in TABLE and folder not in LATER:
        faults += 1
        print(f'| {folder} | | | nobody |')
    for pattern, count, who in TABLE.get(folder, []):
        m = re.search(pattern, said)
        there = count()
        faults += not m or int(m.group(1)) != there
        print(f'| {folder} | {there} | {m.group(1) if m else "nothing"} | {who} |')
sys.exit(faults > 0)
