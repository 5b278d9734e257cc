#!/usr/bin/env bash
# Asks Planlens what a user may use. Usage: ask.sh ASSOCIATE_ID [FEATURE [PLAN]]
set -euo pipefail

: "${PLANLENS_URL:?Set PLANLENS_URL, for example https://planlens.example.com}"
: "${PLANLENS_KEY:?Set PLANLENS_KEY to a secret key with the scope evaluate}"
user=${1:?Name the associate id of a user, for example: ask.sh 101}
feature=${2:-quote-management}
plan=${3:-sales-essential}

# Posts a context. The key goes through a pipe, because everybody on the machine can see the arguments of a process.
evaluate() {
  local path=$1 context=$2
  shift 2
  printf 'X-API-Key: %s\n' "$PLANLENS_KEY" |
    curl --silent --show-error --fail-with-body --max-time 10 \
      --header @- --header 'Content-Type: application/json' \
      --data "{\"context\": $context}" "$@" "$PLANLENS_URL/ofrep/v1/evaluate/flags$path"
}

echo "May user $user use $feature?"
evaluate "/$feature" "{\"targetingKey\": \"$user\"}"
echo

echo "And with the plan $plan?"
evaluate "/$feature" "{\"targetingKey\": \"$user\", \"plan\": \"$plan\"}"
echo

echo "Have any flags changed since the last answer?"
etag=$(evaluate '' "{\"targetingKey\": \"$user\"}" --output /dev/null --write-out '%header{etag}')
evaluate '' "{\"targetingKey\": \"$user\"}" --header "If-None-Match: $etag" \
  --output /dev/null --write-out 'Status %{http_code}; 304 means no.\n'
