# kind.sh - what the suites of a kind share: the table of plugins, and the lint of their descriptors. Sourced behind lib.sh.
#
# A suite has `rows`, one word per shipped plugin of its kind; every check is made for every row, so a new plugin is one row.
[ -e "$TRIB_BUILD/tests/plugins/.libs/feed.so" ] || skip "a static build loads no modules"
n=0
project() { n=$((n + 1)); d=$work/$n; mkdir -p "$d"; cd "$d" || exit 1; }      # a fresh folder
run() { "$TRIB" run "${1:-p.yaml}" "${@:2}" >out.txt 2>err; code=$?; }
code() { same "$code" "$1" || { cat out.txt err; return 1; }; }
says() { grep -qE -- "$1" err out.txt || { cat out.txt err; return 1; }; }
listing() { find . -type f | sort | xargs -d '\n' sha256sum; }

every_plugin_has_a_row() { # KIND ROW...
  local kind=$1 name missing=; shift
  for name in $(TRIB_PLUGIN_PATH=${TRIB_PLUGIN_PATH#*:} "$TRIB" plugins --json | jq -r '.result[] | select(.kind == "'"$kind"'") | .plugin'); do
    case " $* " in *" $name "*) ;; *) missing="$missing $name" ;; esac
  done
  [ -z "$missing" ] || { echo "no row for:$missing"; return 1; }
}
lint() { # PLUGIN
  "$TRIB" plugins "$1" --json >"$work/lint.json" && python3 - "$work/lint.json" <<'P'
import json, re, sys
d = json.load(open(sys.argv[1]))['result']
bad = []
if not d['help'].endswith('.'): bad.append('the help of the plugin has no full stop')
def walk(at, schema):
    props = schema.get('properties', {})
    seen = {}
    for name, o in props.items():
        if seen.setdefault(name.lower(), name) != name: bad.append(f'{at}{name}: equal to {seen[name.lower()]} but for case')
        if not re.fullmatch(r'[a-z][a-z0-9_]*', name): bad.append(f'{at}{name}: an option is small letters, digits and _')
        if not o.get('description', '').endswith('.'): bad.append(f'{at}{name}: its help has no full stop')
        ways = [o] + o.get('anyOf', [])
        if 'default' in o:
            v = o['default']
            for w in ways:
                if 'enum' in w and str(v) not in map(str, w['enum']): bad.append(f'{at}{name}: the default {v} is not allowed')
                try: number = float(v)
                except (TypeError, ValueError): continue
                if number < w.get('minimum', number) or number > w.get('maximum', number): bad.append(f'{at}{name}: the default {v} is out of bounds')
            if name in schema.get('required', []): bad.append(f'{at}{name}: required, and has a default')
        for w in ways:
            for part in (w, w.get('items'), w.get('additionalProperties')):
                if isinstance(part, dict): walk(f'{at}{name}.', part)
walk('', d['options'])
for s in d.get('streams', []) + d.get('outputs', []):
    if not isinstance(s, dict): continue
    if not s.get('help', '').endswith('.'): bad.append(f"stream {s['name']}: its help has no full stop")
print('\n'.join(bad))
sys.exit(bool(bad))
P
}
