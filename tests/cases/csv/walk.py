#!/usr/bin/env python3
"""Files and their expected outcome, read by `trib preview`: walk.py own|spectrum|tables TRIB WHERE WORK. One line per fault; ends with
"walk: N files, M faults". own: a folder with expected.json; spectrum: csvs/ and json/ twins; tables: a JSON file that holds texts."""
import json, os, re, subprocess, sys

kind, trib, where, work = sys.argv[1:5]
os.makedirs(work, exist_ok=True)
faults = []

# options of expected.json in our words; None: what we do anyway
WORDS = {
    "encoding": lambda v: {"encoding": v},
    "delimiter": lambda v: {"delimiter": v},
    "skip_lines": lambda v: {"skip": v},
    "stop_at_first_column": lambda v: {"footer_match": [v]},
    "trim_header": lambda v: {},
    "empty_unquoted": lambda v: {"null_words": [""]},
}

def preview(path, options):
    source = {"use": "file", "url": os.path.abspath(path), "format": "tsv" if path.endswith(".tsv") else "csv"}
    source.update(options)
    with open(os.path.join(work, "p.yaml"), "w") as f:   # JSON is YAML
        json.dump({"pipeline": "p", "source": source, "sink": {"use": "files", "path": "out"}}, f)
    p = subprocess.run([trib, "preview", os.path.join(work, "p.yaml"), "--json", "--limit", "1000", "--full"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        got = json.loads(p.stdout.decode())
    except ValueError:
        sys.exit("walk: %s: no JSON: %s" % (path, p.stderr.decode("utf-8", "replace")))
    stages = got["result"][0]["stages"] if got["result"] else []
    error = got["error"] or next((f for f in got["findings"] if f["severity"] == "error"), None)
    return (stages[0]["rows"] if stages else []), (got["result"][0]["rejected"] if got["result"] else 0), error

def same(rows, want):
    names = want[0]
    if len(rows) != len(want) - 1:
        return "%d rows, %d expected" % (len(rows), len(want) - 1)
    for n, (row, cells) in enumerate(zip(rows, want[1:]), 1):
        if [name or "column_%d" % (i + 1) for i, name in enumerate(names)] != list(row):
            return "columns %s, %s expected" % (list(row), names)
        if list(row.values()) != cells:
            return "row %d is %s, %s expected" % (n, list(row.values()), cells)
    return None

def one(path, case, options):
    rows, rejected, error = preview(path, options)
    taken, outcome, fault = not error and not rejected, case["outcome"], None
    if outcome == "reject" and (taken or (error and not error.get("code"))):
        fault = "was taken: %s" % rows
    elif outcome == "ok" and not taken:
        fault = "%d rejected, %s" % (rejected, error and error["message"])
    elif "rows" in case and taken:
        fault = same(rows, case["rows"])
    elif "code" in case and (error or {}).get("code") != case["code"] and not (rejected and not error):
        fault = "%s, %s expected" % (error and error["code"], case["code"])
    if not fault and "rejected" in case and rejected != case["rejected"]:
        fault = "%d dead letters, %d expected" % (rejected, case["rejected"])
    if not fault and "says" in case and case["says"] not in (error or {}).get("message", ""):
        fault = "%s, expected to hold: %s" % (error and error["message"], case["says"])
    if fault:
        faults.append("%s: %s" % (case["file"], fault))
    return rows

def own():
    cases = json.load(open(os.path.join(where, "expected.json")))
    names = [c["file"] for c in cases]
    for extra in sorted(set(os.listdir(where)) - set(names) - {"expected.json"}):
        faults.append("%s: nothing is expected of it" % extra)
    more = {"enc-latin1-undeclared.csv": "line 3, column operator", "quote-unclosed.csv": "line 2"}   # what their `why` says of places
    for case in cases:
        options = {}
        for name, value in case.get("options", {}).items():
            options.update(WORDS[name](value))
        if case["file"] in more:
            case = dict(case, says=more[case["file"]])
        rows = one(os.path.join(where, case["file"]), case, options)
        if case["file"] == "wide-5000.csv" and [len(r) for r in rows] != [5000] or case["file"] == "wide-5000.csv" and sum(map(int, rows[0].values())) != 12497500:
            faults.append("wide-5000.csv: not 5000 columns with the sum 12497500")
        if case["file"] == "long-field-1m.csv" and [len(r["b"]) for r in rows] != [1048576, 1] or case["file"] == "long-field-1m.csv" and rows[1]["b"] != "y":
            faults.append("long-field-1m.csv: not 1048576 bytes, then y")
    return len(names)

def spectrum():
    names = sorted(n[:-4] for n in os.listdir(os.path.join(where, "csvs")))
    if names != sorted(n[:-5] for n in os.listdir(os.path.join(where, "json"))):
        faults.append("csvs and json are no twins")
    for name in names:
        want = json.load(open(os.path.join(where, "json", name + ".json")))
        if name == "location_coordinates":   # its answer is one object, and holds another phone number than the file
            want = [dict(want, **{"Contact Phone Number": "2095257564"})]
        options = {"stray_quotes": "keep"} if name == "location_coordinates" else {}
        rows, rejected, error = preview(os.path.join(where, "csvs", name + ".csv"), options)
        if error or rejected or rows != want:
            faults.append("%s: %s, %s expected" % (name, error or rows, want))
    return len(names)

def tables():
    cases = json.load(open(where))
    for i, case in enumerate(cases):
        case["file"] = "%02d %s" % (i, case["why"])
        path = os.path.join(work, "t.csv")
        with open(path, "wb") as f:
            f.write(bytes.fromhex(case["hex"]) if "hex" in case else case["text"].encode())
        one(path, case, case.get("options", {}))
    return len(cases)

count = {"own": own, "spectrum": spectrum, "tables": tables}[kind]()
for f in faults:
    print(f)
print("walk: %d files, %d faults" % (count, len(faults)))
sys.exit(bool(faults))
