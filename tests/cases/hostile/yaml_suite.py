#!/usr/bin/env python3
"""yaml_suite.py READER SUITE WORK [ALTER] - every case of a YAML test suite: what must fail is refused with a named error, what is YAML either has the
texts that the suite's events say or is refused for a reason that a configuration may have (tags, several documents, keys that are no texts ...).
ALTER changes one expectation, to see that it is seen."""
import glob, json, os, re, subprocess, sys

reader, suite, work = sys.argv[1:4]
alter = len(sys.argv) > 4
ALLOWED = {'yaml.tag', 'yaml.documents', 'yaml.key', 'yaml.empty', 'yaml.duplicate_key', 'yaml.merge', 'yaml.alias'}
# libfyaml 0.7.12 takes these although they are no YAML, or refuses them although they are: nothing is read wrongly, a configuration never needs them
TAKEN, REFUSED = set(), set()
for line in open(os.path.join(os.path.dirname(__file__), 'yaml_suite.txt'), encoding='utf8'):
    word = line.split('#')[0].split()
    if word:
        {'taken': TAKEN, 'refused': REFUSED}[word[0]].update(word[1:])


def cases(path):
    """The cases of a file: dicts of its blocks. A case inherits what it does not say from the one before."""
    out, block, last = [], None, {}
    for line in open(path, encoding='utf8').read().split('\n'):
        m = re.match(r'(?:- |  )([a-z]+):\s?(.*)$', line)
        if line.startswith('- '):
            last = dict(last) if out else {}
            last.pop('fail', None)
            out.append(last)
        if m:
            key, rest = m.groups()
            block = key if rest[:1] in '|>' and rest else None
            last[key] = '' if block else rest
        elif block:
            last[block] += line[4:] + '\n'
    for c in out:
        for k in ('yaml', 'tree'):
            if k in c:
                c[k] = c[k].rstrip('\n') + '\n'
    return out


def source(text):
    """The suite's marks for what cannot be seen."""
    text = re.sub('—*»', '\t', text).replace('␣', ' ').replace('↵', '').replace('←', '\r').replace('⇔', '\ufeff')
    return re.sub('∎\n$', '', text)


def texts(tree):
    """Events to nested texts; None: tags, several documents or keys that are no texts."""
    stack, docs, anchors = [[]], 0, {}
    for e in (x.strip(' ') for x in tree.split('\n')):
        name = re.match(r'\S+(?: \{\}| \[\])? &(\S+)', e) if e[:1] in '+=' else None
        if e.startswith('+DOC'):
            docs += 1
        elif e.startswith(('+MAP', '+SEQ')):
            stack.append([e, name])
        elif e.startswith(('-MAP', '-SEQ')):
            (head, name), items = stack[-1][:2], stack.pop()[2:]
            if head.startswith('+MAP'):
                if any(not isinstance(k, str) for k in items[::2]) or len(set(items[::2])) * 2 != len(items):
                    return None
                v = dict(zip(items[::2], items[1::2]))
            else:
                v = items
            if name:
                anchors[name.group(1)] = v
            stack[-1].append(v)
        elif e.startswith('=VAL'):
            m = re.match(r"=VAL(?: &\S+)?(?: <[^>]*>)? ([:'\"|>])(.*)$", e, re.S)
            v = m.group(2).replace('<SPC>', ' ').replace('␣', ' ') if m else ''
            v = re.sub(r'—*»', '\t', v)
            v = re.sub(r'\\(.)', lambda x: {'n': '\n', 't': '\t', 'r': '\r', 'b': '\b', '0': '\0', 'e': '\x1b'}.get(x.group(1), x.group(1)), v)
            if name:
                anchors[name.group(1)] = v
            stack[-1].append(v)
        elif e.startswith('=ALI'):
            stack[-1].append(anchors.get(e[6:]))
    return stack[0][0] if docs == 1 and len(stack[0]) == 1 else None


names, wanted = [], []
os.makedirs(work, exist_ok=True)
files = sorted(glob.glob(suite + '/*.yaml'))
for path in files:
    for i, c in enumerate(cases(path)):
        if 'yaml' not in c:
            continue
        name = os.path.basename(path)[:-5] + ('' if i == 0 else f'-{i}')
        with open(f'{work}/{name}.yaml', 'w', encoding='utf8', newline='') as f:
            f.write(source(c['yaml']))
        names.append(name)
        wanted.append('fail' if 'fail' in c else texts(c.get('tree', '')))
said = subprocess.run([reader] + [f'{work}/{n}.yaml' for n in names], capture_output=True, check=True).stdout.decode('utf8').split('\n')
count = dict(same=0, refused=0, failed=0, known=0)
faults = []
if alter:
    i = next(i for i, w in enumerate(wanted) if isinstance(w, dict))
    wanted[i] = {'altered': 'yes'}
for name, want, line in zip(names, wanted, said):
    is_ = json.loads(line)
    if want == 'fail':
        if 'error' in is_ and is_['error']:
            count['failed'] += 1
        elif name in TAKEN:
            count['known'] += 1
        else:
            faults.append(f'{name}: must fail, was read as {line[:200]}')
    elif 'error' in is_:
        if is_['error'] in ALLOWED:
            count['refused'] += 1
        elif name in REFUSED:
            count['known'] += 1
        else:
            faults.append(f'{name}: {is_["error"]}, but it is YAML')
    elif want is not None and is_['values'] == want:
        count['same'] += 1
    else:
        faults.append(f'{name}: {line[:200]}, not {json.dumps(want)[:200]}')
print('\n'.join(faults))
print(f'{len(files)} files, {len(names)} cases: {count["same"]} read alike, {count["refused"]} refused for what a configuration has not, '
      f'{count["failed"]} failed as they must, {count["known"]} known exceptions')
sys.exit(len(faults) > 0)
