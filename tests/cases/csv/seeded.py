#!/usr/bin/env python3
"""Seeded CSV against Python's csv module: seeded.py write FOLDER | seeded.py compare FOLDER ROWS-AS-JSONL | seeded.py totals FILE WRONG.
Four delimiters, 50 files each (one of them larger than a piece of 1 MiB), all quoting styles and line ends; cells hold quotes, line ends, delimiters."""
import csv, json, os, random, sys
from decimal import Decimal

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
PARTS = ["", "a", "Zoë", " ", '"', '""', "\n", "\r\n", ",", ";", "\t", "|", "😀", "long text that is no short view", "1.234,50", "\\", "'", "#", "=1+1", "é" * 9]

def write(folder):
    rnd = random.Random(20250301)
    for name, delimiter in DELIMITERS.items():
        os.makedirs(os.path.join(folder, name))
        for i in range(50):
            rows = 9000 if i == 7 else rnd.randrange(1, 40)
            with open(os.path.join(folder, name, "f%02d.csv" % i), "w", newline="", encoding="utf-8") as f:
                w = csv.writer(f, delimiter=delimiter, quoting=rnd.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]), lineterminator=rnd.choice(["\n", "\r\n"]))
                w.writerow(["n", "a", "b", "c", "d"])
                for n in range(rows):
                    w.writerow([n] + ["".join(rnd.choice(PARTS) for _ in range(rnd.choice([0, 1, 1, 2, 5, 12]))) for _ in range(4)])

def compare(folder, path):
    got = {}
    for line in open(path, encoding="utf-8"):
        row = json.loads(line)
        got.setdefault(row.pop("file"), []).append(list(row.values()))
    faults = count = 0
    for root, _, names in os.walk(folder):
        for name in sorted(names):
            file = os.path.join(root, name)
            with open(file, newline="", encoding="utf-8") as f:
                want = list(csv.reader(f, delimiter=DELIMITERS[os.path.basename(root)]))[1:]
            is_there = next((v for k, v in got.items() if os.path.basename(root) in k and k.endswith(name)), [])
            count += 1
            if sorted(is_there, key=lambda r: int(r[0])) != want:
                faults += 1
                print("%s: rows differ from Python's" % file)
    print("%d files, %d faults" % (count, faults))
    return faults or count != 50

def totals(path, wrong):
    rnd, total, section = random.Random(7), Decimal(0), Decimal(0)
    with open(path, "w") as f:
        f.write("day,amount,note\n")
        for i in range(1, 120001):
            v = Decimal(rnd.randrange(-10**9, 10**9)).scaleb(-rnd.randrange(0, 6))
            section += v
            f.write("d%d,%s,%s\n" % (i, v, "x" * rnd.randrange(40)))
            if i % 1000 == 0:
                f.write("Summe,%s,\n" % (section + (Decimal("0.00001") if wrong and i == 77000 else 0)))
                total, section = total + section, Decimal(0)
        f.write("Total,%s,\n" % total)

if sys.argv[1] == "write":
    write(sys.argv[2])
elif sys.argv[1] == "totals":
    totals(sys.argv[2], sys.argv[3] == "1")
else:
    sys.exit(bool(compare(sys.argv[2], sys.argv[3])))
