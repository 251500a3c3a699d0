#!/usr/bin/env python3
"""figures.py INPUT RUN.json COLUMN... - rows and the sums of columns, as the summary of a run has them and as Decimal adds them."""
import csv, json, sys
from decimal import Decimal

rows, sums = 0, [Decimal(0)] * (len(sys.argv) - 3)
with open(sys.argv[1], newline='', encoding='utf8') as f:
    for r in csv.DictReader(f):
        rows += 1
        for i, c in enumerate(sys.argv[3:]):
            sums[i] += Decimal(r[c])
seen = [Decimal(x['seen']) for x in json.load(open(sys.argv[2]))['result'][0]['figures']]
print(seen, rows, sums)
sys.exit(seen != [rows] + sums)
