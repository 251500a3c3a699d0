# globs.py - writes globs.h: patterns over a tree of files, and which of them Python's glob(recursive=True) finds.
# Run once when a row is added: python3 globs.py >globs.h
import glob, json, os, tempfile

FILES = ['a.csv', 'b.csv', 'B.csv', 'ä.csv', '[1].csv', 'a]b.csv', 'a-b.csv', '^.csv', '!.csv', 'a*b.csv', '.hidden.csv', 'q\\.csv', 'x',
         'a1/x', 'a1/y', 'a1/b/x', 'a1/b/c/x', 'a1/b/c/d/x', 'a1/.h/x', 'a1/b/.h/x', 'a2/x', 'a2/x/', 'b1/x', 'b1/a1/x', 'b1/b/a2/c/x', '.h/x', '.h/a1/x',
         'in/2025/01/k1.csv', 'in/2025/02/k2.csv', 'in/2024/12/k1.csv', 'in/k3.csv', 'aa/aa/aa/b', 'aa/aa/c/aa/b', 'z/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa']
PATTERNS = ['*', '**', '**/*', '*.csv', '?.csv', '??.csv', '[ab].csv', '[!ab].csv', '[a-c].csv', '[c-a].csv', '[ä].csv', '[à-ü].csv', '[]].csv', '[[]1].csv',
            '[1].csv', '[.csv', 'a[]]b.csv', 'a[-]b.csv', 'a[*]b.csv', 'a[+--]b.csv', '[^].csv', '[^a].csv', '[!].csv', '[!!].csv', '[a-].csv', 'q\\.csv', 'q[\\].csv',
            '\\*.csv', '.*', '.*.csv', '*/x', 'a*/x', 'a*/**/x', 'a?/**/x', '**/x', '**/a*/**/x', 'a1/**', 'a1/**/x', 'a1/**/**/x', 'a*/**/b/**/x', '**/b/**', '**/b/*/x',
            '**/.h/x', '.h/**', '.h/**/x', '**/.*/x', 'a1/.h/**', 'in/**/k?.csv', 'in/**/*.csv', 'in/202?/**', 'in/**/01/**', 'in/*/*/*', '*/*/01/*', 'aa/**/aa/b',
            'aa/**/aa/**/b', '**/aa/b', '**/aa/*/aa/b', '**/a*a*a*a*a*a*a*b', '**/a*a*a*a*a*a*a*a', 'x/**', '**/x/**', 'b1/**/a*/**/x', '*/**/*/x', '**/*/**/x']

root = tempfile.mkdtemp()
FILES = [f for f in FILES if not f.endswith('/')]
for f in FILES:
    os.makedirs(os.path.dirname(os.path.join(root, f)), exist_ok=True)
    open(os.path.join(root, f), 'w').close()
c = lambda s: json.dumps(s, ensure_ascii=False)
print('/* Made by globs.py; what Python finds, as one letter per file: x or -. */')
print('static const char *const glob_files[] = {')
for f in FILES:
    print(f'\t{c(f)},')
print('};\n\nstatic const struct { const char *pattern, *found; } glob_rows[] = {')
for p in PATTERNS:
    found = {os.path.normpath(f) for f in glob.glob(p, root_dir=root, recursive=True) if os.path.isfile(os.path.join(root, f))}
    print(f'\t{{ {c(p)}, "{"".join("x" if f in found else "-" for f in FILES)}" }},')
print('};')
