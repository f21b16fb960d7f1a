#!/usr/bin/env bash
# One cluster in the sandbox, in a home of its own that is gone afterwards. Usage: tools/demo.sh BIN_FOLDER
set -euo pipefail

bin=$(cd "$1" && pwd)
home=$(mktemp -d "${TMPDIR:-/tmp}/aurora-demo.XXXXXX")
aurora() { "$bin/aurora-cli" --sandbox "$@"; }

finish() {
  status=$?
  if [ -n "${KEEP:-}" ] && [ "$status" -eq 0 ]; then
    return
  fi
  "$bin/aurora-cli" sandbox reset --yes >/dev/null 2>&1 || true
  "$bin/aurora-cli" sandbox stop >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap finish EXIT

# A developer's own settings must not steer the demo.
for name in $(compgen -e | grep -E '^AURORA_' || true); do unset "$name"; done
unset AWS_REGION AWS_DEFAULT_REGION AWS_PROFILE
export AURORA_HOME="$home"

run() {
  local word shown=""
  for word in "$@"; do
    case "$word" in *[[:space:]]*) shown+=" \"$word\"" ;; *) shown+=" $word" ;; esac
  done
  echo "\$ aurora-cli --sandbox$shown"
  aurora "$@"
  echo
}

started=$SECONDS
run create demo --engine postgres --readers 2 --yes
run endpoints demo
# A row that the writer has is on a reader, and there after a failover. Without a PostgreSQL to run, there are endpoints alone.
if [ -f "$home/sandbox/emulator/database/ca.pem" ]; then
  run sql demo "CREATE TABLE greetings (text text); INSERT INTO greetings VALUES ('hello')"
  for _ in 1 2 3 4 5; do  # a reader may be a moment behind
    aurora sql demo --reader 'TABLE greetings' >/dev/null 2>&1 && break
    sleep 0.3
  done
  run sql demo --reader 'SELECT text, aurora_db_instance_identifier(), pg_is_in_recovery() FROM greetings'
  run failover demo --yes
  run sql demo 'SELECT text, aurora_db_instance_identifier(), pg_is_in_recovery() FROM greetings'
fi
echo "Done in $((SECONDS - started)) s, with real Terraform and no AWS account."
if [ -n "${KEEP:-}" ]; then
  cat <<EOT
The cluster is still there. Look further:
  $bin/aurora-cli --home $home --sandbox status demo
  $bin/aurora-cli --home $home --sandbox scale demo --readers 3
  $bin/aurora-cli --home $home --sandbox destroy demo
When you are done:
  $bin/aurora-cli --home $home sandbox stop && rm -rf $home
EOT
else
  cat <<EOT
The sandbox of this demo is stopped and removed. To look further, keep it with 'make demo KEEP=1', or make your own:
  $1/aurora-cli --sandbox create demo --engine postgres --readers 2
  $1/aurora-cli --sandbox status demo
EOT
fi
