#!/bin/sh
# Ask Doorstep about an address with curl alone, wait politely, and save the report as report.json.
#
#     sh evaluate.sh http://127.0.0.1:8000 "12 Bulevardi, Helsinki"
set -eu
site=$1 address=$2
cookies=$(mktemp)
trap 'rm -f "$cookies"' EXIT

# curl waits for as long as Retry-After says, and then tries again.
ask() { curl -sS --fail-with-body --retry 5 -b "$cookies" -c "$cookies" -H 'Accept: application/json' "$@"; }
# The value of a text in JSON, by its name.
value() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p"; }

status_url=$(ask --data-urlencode "address=$address" "$site/" | value status_url)
while :; do
  job=$(ask "$status_url")
  status=$(echo "$job" | value status)
  case $status in
    done) break ;;
    asking) # The likeliest place is number 0.
      ask -d choice=0 "$(echo "$job" | value answer_url)" > /dev/null ;;
    failed | cancelled)
      echo "$job" | value error >&2
      exit 1 ;;
    *) sleep 1 ;;
  esac
done
ask "$(echo "$job" | value snapshot_url).json" > report.json
echo "$job" | value snapshot_url
