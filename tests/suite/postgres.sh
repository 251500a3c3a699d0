#!/bin/bash
# postgres.sh - the sink postgres against a server of this test's own: the SQL of every mode, the encoder, what every sink must do
# (sinks.sh), and what only a server can do to a load. The server is made from the packages, and stopped with the test.
# TRIALS: of each kind of death (10).
. "$(dirname "$0")/../lib.sh"
. "$TRIB_SRC/tests/postgres.inc"
. "$TRIB_SRC/tests/suite/kind.sh"
pg_start log_min_messages=fatal || { echo "postgres 1 1: the server does not start"; exit 1; }
export pg_bin

for unit in sql sinks; do
  [ -x "$TRIB_BUILD/tests/unit/$unit/unit_$unit" ] || continue
  ok "unit tests of $unit" env TRIB_TEST_PG="$PG" "$TRIB_BUILD/tests/unit/$unit/unit_$unit"
done
ok "the checks that authors use" env TMPDIR=/tmp "$TRIB" test postgres --with "host=$pg_dir/cluster,user=trib,dbname=trib,schema=\${folder}"
ok "what every sink must do" env SINKS=postgres bash "$TRIB_SRC/tests/suite/sinks.sh"

options="use: postgres, url: '\${env:PG}', schema: '\${env:SCHEMA}'"
project() { n=$((n + 1)); d=$work/$n; mkdir -p "$d"; cd "$d" || exit 1; export SCHEMA=p$n; }
dump() { sql "SELECT id FROM $SCHEMA.rows"; }
once() { same "$(dump | wc -l) $(dump | sort -u | wc -l)" "$1 $1"; }
left() { sql "SELECT count(*) FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE n.nspname LIKE 'pg_temp%' AND relkind = 'r'"; }

# ---- values
project; printf '{"a":"a","b":"bc","v":1}\n{"a":"ab","b":"c","v":2}\n' >in.jsonl; write "use: file, url: in.jsonl" "" "mode: merge, key: [a, b]"; run
ok "compound keys are not one text" eval 'code 0 && same "$(sql "SELECT a || 0 || b || v FROM $SCHEMA.rows ORDER BY v" | tr "\n" " ")" "a0bc1 ab0c2 "'

# ---- ways in
project; printf '[here]\nhost=%s\ndbname=trib\nuser=trib\n' "$pg_dir/cluster" >service.conf; options_url=$options
options="use: postgres, service: here, schema: '\${env:SCHEMA}'" feed "rows: 3"; PGSERVICEFILE=$d/service.conf run
ok "a connection service" eval 'code 0 && once 3'
project; sql "CREATE ROLE poor LOGIN" >/dev/null; feed "rows: 3"; PG="${PG/trib@/poor@}" run
ok "a role without rights: exit 3, and which right" eval 'code 3 && says postgres.no_privilege'
sql "CREATE SCHEMA $SCHEMA AUTHORIZATION poor" >/dev/null; PG="${PG/trib@/poor@}" run
ok "in a schema of its own it works" eval 'code 0 && once 3'
sql "ALTER SCHEMA $SCHEMA OWNER TO trib; GRANT USAGE ON SCHEMA $SCHEMA TO poor" >/dev/null; feed "rows: 3, parts: 2"; PG="${PG/trib@/poor@}" run
ok "without CREATE, where all is there" eval 'code 0 && once 6'
project; feed "rows: 3"; PG="postgresql://trib:hunter2@localhost:1/trib" run
ok "nobody listens: exit 3" eval 'code 3 && says postgres.cannot_connect'
ok "no password in what is said" eval '! grep -q hunter2 err out.txt'

# ---- two at once
for mode in "mode: append" "mode: merge, key: [id]"; do
  project; feed "rows: 2000, parts: 4, batch: 100, slow_ms: 5" "" "$mode" "checkpoint: { rows: 500 }"
  sed 's/^pipeline: p$/pipeline: q/' p.yaml >q.yaml
  "$TRIB" run q.yaml >q.txt 2>&1 & other=$!
  run; wait $other; code2=$?
  case $mode in *append) all=16000 ;; *) all=8000 ;; esac
  ok "$mode: two pipelines into one table that neither finds" eval 'same "$code $code2 $(dump | wc -l) $(dump | sort -u | wc -l)" "0 0 $all 8000"'
done

# ---- an answer that is lost
proxy() { # WHEN MODE
  rm -rf "$work/proxy"; mkdir "$work/proxy"
  command python3 -S "$TRIB_SRC/tests/suite/pg_proxy.py" "$work/proxy/.s.PGSQL.5432" "$pg_dir/cluster/.s.PGSQL.5432" "$@" & proxy_pid=$!
  for _ in $(seq 100); do [ -S "$work/proxy/.s.PGSQL.5432" ] && break; sleep 0.05; done
}
through() { PG="postgresql://trib@/trib?host=$work/proxy" run; kill $proxy_pid; wait $proxy_pid 2>/dev/null; }
for mode in "mode: append" "mode: merge, key: [id]"; do
  project; feed "rows: 50, parts: 3, batch: 10" "" "$mode" "checkpoint: { rows: 50 }"; proxy 3 answer; through
  ok "$mode: the answer of a commit is lost: the ledger is asked" eval 'code 0 && once 150'
  run; ok "$mode: and nothing comes again" eval 'code 0 && once 150'
  project; feed "rows: 50, parts: 3, batch: 10" "" "$mode" "checkpoint: { rows: 50 }"; proxy 3 question; through
  ok "$mode: a commit that never arrived is not one" eval 'code 3 && says postgres.commit_unknown && once 50'
  run; ok "$mode: the next run brings the rest, once" eval 'code 0 && once 150'
done

# ---- deaths
random() { python3 -c "import random; print(random.Random($1).uniform($2, $3))"; }
for trial in $(seq "${TRIALS:-10}"); do
  case $((trial % 2)) in 0) mode="mode: append" ;; *) mode="mode: merge, key: [id]" ;; esac
  project; feed "rows: 3000, parts: 4, batch: 100, slow_ms: 10" "" "$mode" "checkpoint: { rows: 1000 }"
  "$TRIB" run p.yaml >/dev/null 2>&1 & pid=$!
  sleep "$(random $trial 0.02 0.5)"; kill -9 $pid 2>/dev/null; wait $pid 2>/dev/null
  run; ok "killed, $mode, $trial" eval 'code 0 && once 12000'
done
for trial in $(seq "${TRIALS:-10}"); do
  case $((trial % 2)) in 0) mode="mode: append" ;; *) mode="mode: merge, key: [id]" ;; esac
  project; feed "rows: 3000, parts: 4, batch: 100, slow_ms: 10" "" "$mode" "checkpoint: { rows: 1000 }"
  "$TRIB" run p.yaml >out.txt 2>err & pid=$!
  sleep "$(random $trial 0.05 0.5)"; sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'tributary'" >/dev/null
  wait $pid; code=$?
  ok "its backend is terminated: exit 0 or 3, $mode, $trial" eval '[ $code -eq 0 ] || { code 3 && says "postgres.(connection_lost|commit_unknown|cannot_connect)"; }'
  run; ok "and the next run is whole, $trial" eval 'code 0 && once 12000'
done
for mode in "mode: append" "mode: merge, key: [id]"; do
  project; feed "rows: 3000, parts: 4, batch: 100, slow_ms: 10" "" "$mode" "checkpoint: { rows: 1000 }"
  "$TRIB" run p.yaml >out.txt 2>err & pid=$!
  sleep 0.3; pg_stop immediate; wait $pid; code=$?
  ok "$mode: the server is stopped in the middle: exit 3" code 3
  run; ok "$mode: it is not there: exit 3" eval 'code 3 && says postgres.cannot_connect'
  pg_start log_min_messages=fatal
  run; ok "$mode: it is there again, every row once" eval 'code 0 && once 12000'
done
# ---- TLS: a server that shows a certificate, and one that is not the one we trust
if command -v openssl >/dev/null; then
  pg_stop; project
  for who in server other; do
    openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=localhost -addext subjectAltName=DNS:localhost -days 2 -keyout $who.key -out $who.crt >/dev/null 2>&1
  done
  cp server.key server.crt "$pg_dir/cluster/"; chmod 600 "$pg_dir/cluster/server.key"; [ "$(id -u)" -ne 0 ] || chown postgres "$pg_dir/cluster/"server.{key,crt}
  PGPORT=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'); export PGPORT
  ok "a server with TLS" pg_start log_min_messages=fatal listen_addresses=localhost port=$PGPORT ssl=on "ssl_cert_file=$pg_dir/cluster/server.crt" "ssl_key_file=$pg_dir/cluster/server.key"
  secure() { options="use: postgres, host: localhost, dbname: trib, user: trib, schema: '\${env:SCHEMA}', sslmode: verify-full, sslrootcert: $1" feed "rows: 3"; run; }
  secure other.crt; ok "a certificate that is not trusted: exit 3" eval 'code 3 && says "certificate verify failed"'
  secure server.crt; ok "verify-full" eval 'code 0 && once 3'
fi
sleep 0.2; ok "no temporary table is left" same "$(left)" 0
finish postgres
