#!/bin/bash
# schedule.sh - runs that are due, with real pipelines: late and caught up periods, two at once, kill -9; times against Python's zoneinfo.
. "$(dirname "$0")/../lib.sh"
command -v sqlite3 >/dev/null || skip "no sqlite3 here"
command -v python3 >/dev/null || skip "no python3 here"
CONCURRENT=${CONCURRENT:-20}
cd "$work" || exit 1

project() { # NAME SCHEDULE [SINK]: a folder with a pipeline whose files are named by their day
  mkdir -p "$work/$1/in" && cd "$work/$1" || exit 1
  cat >kpi.yaml <<YAML
pipeline: kpi
schedule: $2
source: { use: file, url: "in/KPI_\${period.start|%Y%m%d}.csv" }
steps:
  - map: { constants: { day: "\${period.id}" } }
sink: ${3:-"{ use: sqlite, path: out.db, table: kpi }"}
YAML
}
deliver() { local d; for d; do printf 'partner,n\nP01,%s\n' "$d" >"in/KPI_$d.csv"; done; }
due() { # EXIT NOW [FLAGS...]
  local want=$1 now=$2; shift 2
  "$TRIB" run --due --now "$now" "$@" >out.txt 2>err.txt
  same "$?" "$want" || { cat out.txt err.txt; return 1; }
}
days() { same "$(sqlite3 out.db 'SELECT group_concat(day) FROM (SELECT day FROM kpi ORDER BY day, rowid)')" "$1"; }
record() { same "$(sqlite3 out.db "SELECT state FROM _trib_state WHERE part = '@done'")" "{\"v\":1,\"done\":$1}"; }
said() { grep -qF -- "$1" "${2:-out.txt}" || { echo "not said: $1"; cat "${2:-out.txt}"; return 1; }; }
told() { # COMMAND TEXT
  same "$("$TRIB" $1 2>&1)" "$2"
}

# ---- a day's life
project life '{ cron: "30 6 * * *", tz: Europe/Berlin, period: day, lag: 1d, start: 2026-03-27 }'
deliver 20260327 20260329
ok "check knows the schedule" "$TRIB" check
ok "a missing file is late and blocks nobody" due 4 2026-03-30T05:00:00Z
ok "said so" said 'kpi: 2026-03-28 is late: nothing matches "KPI_20260328.csv"' err.txt
ok "the others are there" days 2026-03-27,2026-03-29
ok "the target holds what is done" record '[["2026-03-26T23:00:00Z","2026-03-27T23:00:00Z"],["2026-03-28T23:00:00Z","2026-03-29T22:00:00Z"]]'
why_late() {
  "$TRIB" schedule why kpi --now 2026-03-30T05:10:00Z >out.txt &&
    said 'kpi: 2026-03-28 is late: due since 2026-03-29 06:30 +02:00, tried 1 time since 2026-03-30 07:00 +02:00: nothing matches "KPI_20260328.csv"'
}
ok "why: late" why_late
ok "list: late" told "schedule list --now 2026-03-30T05:10:00Z" "$(printf 'pipeline\tschedule\ttz\tperiod\tlast_done\tdue\tnext_due\tstate\nkpi\t30 6 * * *\tEurope/Berlin\tday\t2026-03-29\t1\t2026-03-31 06:30 +02:00\tlate')"
deliver 20260328
ok "it came" due 0 2026-03-30T06:00:00Z
ok "in place" days 2026-03-27,2026-03-28,2026-03-29
ok "the record is one interval" record '[["2026-03-26T23:00:00Z","2026-03-29T22:00:00Z"]]'
ok "nothing is due" due 0 2026-03-30T06:00:00Z
ok "said when" said "nothing is due; next: kpi 2026-03-30 at 2026-03-31T04:30:00Z"
why_done() {
  "$TRIB" schedule why --now 2026-03-30T07:00:00Z >out.txt && said "kpi: not due until 2026-03-31 06:30 +02:00 (2026-03-30); 2026-03-29 is done at 2026-03-30 07:00 +02:00 by load "
}
ok "why: done" why_done
ok "due in JSON" eval '"$TRIB" run --due --json --now 2026-03-30T06:00:00Z | python3 -c "import json,sys; r=json.load(sys.stdin); assert r[\"summary\"][\"next\"]=={\"pipeline\":\"kpi\",\"period\":\"2026-03-30\",\"at\":\"2026-03-31T04:30:00Z\"} and r[\"result\"]==[], r"'
ok "a period by hand" eval 'printf "partner,n\nP01,9\nP02,9\n" >in/KPI_20260328.csv; "$TRIB" run --period 2026-03-28 >/dev/null && same "$(sqlite3 out.db "SELECT count(*) FROM kpi WHERE day = \"2026-03-28\"")" 3'
ok "the wrong length of period" eval '"$TRIB" run --period 2026-03 2>err.txt; same $? 2 && said "another length" err.txt'
ok "plan shows the period's file" eval '"$TRIB" plan --json >out.txt; TRIB_NOW=2026-03-28T12:00:00Z "$TRIB" plan | grep -q KPI_20260327 || TRIB_NOW=2026-03-28T12:00:00Z "$TRIB" plan | grep -q "1 known"'

# ---- catching up
project gap '{ cron: "30 6 * * *", period: day, start: 2026-01-01 }'
deliver $(python3 -c "import datetime as d; print(*[(d.date(2026,1,1)+d.timedelta(i)).strftime('%Y%m%d') for i in range(60)])")
ok "60 days at once" due 0 2026-03-02T06:30:00Z
ok "each once, oldest first" same "$(sqlite3 out.db 'SELECT count(*), count(DISTINCT day), sum(ok) FROM (SELECT day, day > lag(day, 1, "") OVER (ORDER BY rowid) ok FROM kpi)')" "60|60|60"
ok "and one interval" record '[["2026-01-01T00:00:00Z","2026-03-02T00:00:00Z"]]'
project last '{ cron: "30 6 * * *", period: day, start: 2026-01-01, catchup: last }'
deliver 20260226 20260227
ok "catchup: last" due 0 2026-02-28T07:00:00Z
ok "only that" days 2026-02-27
project none '{ cron: "30 6 * * *", period: day, catchup: none }'
deliver 20260227
ok "catchup: none is too late" due 0 2026-02-28T07:30:00Z
ok "catchup: none in time" due 0 2026-02-28T07:29:00Z
ok "that one" days 2026-02-27
project again '{ cron: "30 6 * * *", period: day, window: 2d }' '{ use: sqlite, path: out.db, table: kpi, mode: merge, key: [partner, day] }'
deliver 20260225 20260226 20260227
for day in 26 27 28; do ok "window: day $day" due 0 2026-02-${day}T07:00:00Z; done
printf 'partner,n\nP01,late\n' >in/KPI_20260227.csv
deliver 20260228
ok "the window is read once more" due 0 2026-03-01T07:00:00Z
ok "what came late is there" same "$(sqlite3 out.db "SELECT group_concat(n) FROM (SELECT n FROM kpi ORDER BY day)")" "20260225,20260226,late,20260228"

# ---- one bad period
project bad '{ cron: "30 6 * * *", period: day, start: 2026-02-25 }'
deliver 20260225 20260226 20260227
printf 'partner,n\n"P01,1\n' >in/KPI_20260226.csv
ok "a period that fails" due 1 2026-02-28T07:00:00Z
ok "leaves the others their turn" days 2026-02-25,2026-02-27
deliver 20260226
ok "and is done when it is mended" due 0 2026-02-28T08:00:00Z

# ---- a source that is the same for all periods is read once for them
project same '{ cron: "30 6 * * *", tz: UTC, period: day, start: 2026-02-20 }'
sed -i 's/KPI_.*csv/all.csv/; /constants/d; s/^steps:$//' kpi.yaml
printf 'partner,n\nP01,1\n' >in/all.csv
ok "read once" due 0 2026-02-28T07:00:00Z
ok "done for all" record '[["2026-02-20T00:00:00Z","2026-02-28T00:00:00Z"]]'
ok "one load" same "$(sqlite3 out.db 'SELECT count(*) FROM _trib_loads')" 1
sed -i 's/^schedule.*/schedule: { every: 6h }/' kpi.yaml
ok "by watermark, first" due 0 2026-02-28T07:00:00Z
ok "by watermark, not again" due 0 2026-02-28T11:59:00Z
ok "said" said "nothing is due; next: kpi at 2026-02-28T12:00:00Z"
ok "by watermark, again" due 0 2026-02-28T12:00:00Z
ok "nothing new is good" said "nothing new"
sed -i 's/^schedule.*/schedule: { every: 6h, paused: true }/' kpi.yaml
ok "paused" due 0 2026-03-28T12:00:00Z
ok "why: paused" told "schedule why" 'kpi: paused by `paused: true` in its schedule'

# ---- instances, order, other sinks
project each '{ cron: "30 6 * * *", tz: "${z.tz}", period: day, start: 2026-03-27 }' '{ use: files, path: out }'
sed -i 's/^schedule/for_each: { z: zones.csv }\nschedule/' kpi.yaml
printf 'id,tz\neast,Asia/Tokyo\nwest,America/Los_Angeles\n' >zones.csv
deliver 20260327 20260328
ok "instances have days of their own" due 0 2026-03-28T22:00:00Z
ok "east has two" eval 'grep -c "kpi/east .* done$" out.txt | grep -qx 2 && grep -c "kpi/west .* done$" out.txt | grep -qx 1'
ok "files hold the record" eval '"$TRIB" state get . @done 2>&1 | grep -c "2026-03-26T15:00:00Z" | grep -qx 1'
ok "and it is read" due 0 2026-03-28T22:10:00Z
ok "next of each" eval '"$TRIB" schedule next kpi/west -n 1 --now 2026-03-28T22:10:00Z | tail -1 | grep -qP "kpi/west\t2026-03-29 06:30\t-07:00\t2026-03-29T13:30:00Z\t2026-03-28\t$"'
project order '{ cron: "30 6 * * *", period: day, start: 2026-02-20 }'
sed 's/pipeline: kpi/pipeline: fresh/; s/start: 2026-02-20/start: 2026-02-27/; s/table: kpi/table: fresh/' kpi.yaml >fresh.yaml
sed 's/pipeline: kpi/pipeline: behind\nafter: kpi/; s/start: 2026-02-20/start: 2026-02-27/; s/table: kpi/table: behind/' kpi.yaml >behind.yaml
deliver 2026022{0..7}
ok "a backlog" due 0 2026-02-28T07:00:00Z
ok "keeps nobody waiting but who comes after it" same "$(awk 'NR > 1 && $2 ~ /^2026/ { print $1 }' out.txt | uniq | tr '\n' ' ')" "fresh kpi behind "
rm in/KPI_20260227.csv; sqlite3 out.db "DELETE FROM _trib_state WHERE part = '@done' AND pipeline IN ('kpi', 'behind')"
ok "who comes after a late one waits" due 4 2026-02-28T07:00:00Z

# ---- what cannot be
refused() { # SED TEXT
  rm -f fresh.yaml behind.yaml; cp ../life/kpi.yaml . && sed -i "$1" kpi.yaml && { "$TRIB" check >out.txt 2>err.txt; same $? 2; } && said "$2" err.txt
}
ok "the target is one for all periods" refused 's/out.db/"out-${period.id}.db"/' '${period.id} is not known here'
ok "a replaced table is not of one period" refused 's/table: kpi/table: kpi, mode: replace/' "the source has one period only"
ok "the zone is tz, whatever it is called" refused 's/tz:/zone:/' 'did you mean "tz"?'
ok "timezone, too" refused 's/tz:/timezone:/' 'did you mean "tz"?'
ok "a key with a slip" refused 's/period: day/perid: day/' 'did you mean "period"?'
ok "a period that is not there" refused 's/${period.start/${period.strat/' "a period has id, start, end and last"
ok "the caret of cron" refused 's/30 6 \* \* \*/30 6 * * FOO/' "cron: day of week: \"F\" is no number"
ok "no schedule, no due" eval 'cp ../same/kpi.yaml . && sed -i "/^schedule/d" kpi.yaml && due 0 2026-01-01T00:00:00Z && said "no pipeline here has a schedule"'

# ---- the example does what its README says
cp -r "$TRIB_SRC/examples/scheduled" "$work/example" && chmod -R u+w "$work/example" && cd "$work/example" || exit 1
example() {
  "$TRIB" schedule next . -n 3 --now 2026-03-27T12:00:00Z >out.txt && same "$(grep -c DST out.txt)" 1 && due 4 2026-03-30T05:00:00Z &&
    "$TRIB" schedule why . --now 2026-03-30T05:00:00Z >out.txt && said "daily: 2026-03-28 is late" &&
    printf 'partner,users\nP01,1\n' >in/KPI_20260328.csv && due 0 2026-03-30T05:00:00Z && same "$(sqlite3 out/daily.db 'SELECT count(*) FROM kpi')" 5
}
ok "the example" example

# ---- two at once, twenty times: each period once
rows() { python3 - "$@" <<'PY'
import sys
for d in sys.argv[1:]:
    with open(f"in/KPI_{d}.csv", "w") as f:
        f.write("partner,n\n" + "".join(f"P{i},{i}\n" for i in range(20000)))
PY
}
project both '{ cron: "30 6 * * *", period: day, start: 2026-02-20 }'
rows 2026022{0..5}
once() {
  same "$(sqlite3 out.db 'SELECT count(*), count(DISTINCT day) FROM kpi')" "120000|6" && record '[["2026-02-20T00:00:00Z","2026-02-26T00:00:00Z"]]' &&
    same "$(sqlite3 out.db 'SELECT count(*) FROM _trib_loads WHERE rows_in > 0')" 6
}
both() {
  rm -rf out.db* .trib
  local a b first second
  "$TRIB" run --due --now 2026-02-26T07:00:00Z >a.txt 2>&1 & a=$!
  sleep "0.0$((RANDOM % 10))"
  "$TRIB" run --due --now 2026-02-26T07:00:00Z >b.txt 2>&1 & b=$!
  wait $a; first=$?
  wait $b; second=$?
  same "$first $second" "0 0" && once || { cat a.txt b.txt; return 1; }
}
for i in $(seq "$CONCURRENT"); do ok "two at once, trial $i" both; done
ok "the second says whom it leaves it to" grep -qE 'left to another `run --due` \(process|nothing is due|done' b.txt

# ---- kill -9 anywhere, then again
killed() { # SECONDS
  rm -rf out.db* .trib
  "$TRIB" run --due --now 2026-02-26T07:00:00Z >a.txt 2>&1 & local pid=$!
  sleep "$1"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  due 0 2026-02-26T07:00:00Z && once
}
for at in 0.01 0.03 0.06 0.1 0.15 0.2 0.25 0.3 0.4 0.5; do ok "killed after $at s" killed $at; done

# ---- times, against Python's zoneinfo
mkdir -p "$work/zones" && cd "$work/zones" || exit 1
cat >z.yaml <<'YAML'
pipeline: z
for_each: { z: zones.csv }
schedule: { cron: "${z.cron}", tz: "${z.tz}", period: day }
source: { use: file, url: "${period.id}.csv" }
sink: { use: files, path: "out/${z.id}" }
YAML
cat >zones.py <<'PY'
"""zones.csv, and what becomes due: the first time a clock shows it, else the first instant behind the gap; a day of no length has none."""
import csv, datetime as dt, json, subprocess, sys, zoneinfo
UTC = dt.timezone.utc
ZONES = """Europe/Berlin America/New_York Australia/Lord_Howe America/Sao_Paulo Pacific/Apia Africa/Casablanca Asia/Kathmandu America/Havana
Asia/Gaza Antarctica/Troll Europe/Dublin Pacific/Chatham America/St_Johns Asia/Tehran Africa/Cairo America/Santiago""".split()
def wall(z, local):                       # first instant that shows local, else the first behind the gap
    got = [u for fold in (0, 1) for u in [local.replace(tzinfo=z, fold=fold).astimezone(UTC)] if u.astimezone(z).replace(tzinfo=None) == local]
    if got:
        return min(got)
    low, high = (local - dt.timedelta(days=2)).replace(tzinfo=UTC), (local + dt.timedelta(days=2)).replace(tzinfo=UTC)
    while high - low > dt.timedelta(seconds=1):
        mid = low + (high - low) / 2
        mid = mid.replace(microsecond=0)
        low, high = (mid, high) if mid.astimezone(z).replace(tzinfo=None) < local else (low, mid)
    return high
def expected(name, hour, minute, now, count):
    z, out = zoneinfo.ZoneInfo(name), []
    day = (now.astimezone(z) - dt.timedelta(days=3)).date()
    midnight = lambda d: wall(z, dt.datetime.combine(d, dt.time()))
    fires = []
    for _ in range(count + 9):
        if midnight(day) < midnight(day + dt.timedelta(days=1)):
            fires.append((day, wall(z, dt.datetime.combine(day, dt.time(hour, minute)))))
        day += dt.timedelta(days=1)
    for d, start in [(d, midnight(d + dt.timedelta(days=1))) for d, _ in fires]:
        due = next((u for _, u in fires if u >= start), None)
        if due and due > now:
            out.append((d.isoformat(), due.strftime("%Y-%m-%dT%H:%M:%SZ")))
    return out[:count]
times = [(2, 30), (0, 0), (1, 45)]
with open("zones.csv", "w") as f:
    f.write("id,tz,cron\n" + "".join(f"i{i:02},{n},{times[i % 3][1]} {times[i % 3][0]} * * *\n" for i, n in enumerate(ZONES)))
wrong = seen = 0
for now in ("2011-06-01T00:00:00Z", "2018-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2097-03-01T00:00:00Z"):
    at = dt.datetime.strptime(now, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    rows = json.loads(subprocess.run([sys.argv[1], "schedule", "next", "-n", "400", "--json", "--now", now], stdout=subprocess.PIPE).stdout)["result"]
    for i, name in enumerate(ZONES):
        got = [(r["period"], r["utc"]) for r in rows if r["pipeline"] == f"z/i{i:02}"]
        want = expected(name, *times[i % 3], at, 400)
        seen += len(got)
        if got != want:
            wrong += 1
            print(name, now, [p for p in zip(got, want) if p[0] != p[1]][:3], len(got), len(want))
print(seen, "dues")
sys.exit(wrong or seen != 4 * 400 * len(ZONES))
PY
ok "16 zones, 400 days in four years: as zoneinfo says" python3 zones.py "$TRIB"
finish schedule
