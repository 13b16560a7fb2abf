#!/usr/bin/env bash
# Lighthouse on the form, a job and its report: bench/lighthouse.sh URL, of a running site with the Helsinki sample.
# Needs Chromium, and `lighthouse` from npm on the path or in LIGHTHOUSE. Prints the four scores and what was transferred.
#
# `is-crawlable` is left out for jobs and reports: their links are secrets of those who have them, so they ask search
# engines to stay away, which costs points in SEO and is meant.
set -euo pipefail
site=${1:?the URL of a running site}
lighthouse=${LIGHTHOUSE:-lighthouse}
command -v "$lighthouse" >/dev/null || { echo "lighthouse is not installed: npm install lighthouse" >&2; exit 1; }
CHROME_PATH=${CHROME_PATH:-$(command -v chromium)}
export CHROME_PATH
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The job is one that waits for an answer: a page that stays as it is while it is looked at.
start() {
  curl -fsS -c "$folder/cookies" -b "$folder/cookies" -o /dev/null -w '%{redirect_url}' -d "address=$1" "$site/"
}

job=$(start "Bulevardi 12x, Helsinki")
finished=$(start "12 Bulevardi, Helsinki")
report=""
for _ in $(seq 60); do
  report=$(curl -fsS -o /dev/null -w '%{redirect_url}' "$finished")
  [[ $report == */s/* ]] && break
  sleep 0.5
done
[[ $report == */s/* ]] || { echo "the report did not come" >&2; exit 1; }

look() {
  local name=$1 url=$2 skipped=$3 form=$4
  local preset=()
  [[ $form == desktop ]] && preset=(--preset=desktop)
  "$lighthouse" "$url" --quiet --output=json --output-path="$folder/$name.json" ${preset[@]+"${preset[@]}"} \
    --skip-audits="$skipped" --only-categories=performance,accessibility,best-practices,seo \
    --chrome-flags="--headless=new --no-sandbox --disable-background-networking"
  python3 - "$folder/$name.json" "$name" "$form" <<'PYTHON'
import json
import sys

found = json.load(open(sys.argv[1]))
scores = " ".join(f"{key} {round(100 * (category['score'] or 0))}" for key, category in found["categories"].items())
audits = found["audits"]
moved, weight = audits["cumulative-layout-shift"]["displayValue"], audits["total-byte-weight"]["numericValue"] / 1000
print(f"{sys.argv[2]} ({sys.argv[3]}): {scores}; layout shift {moved}, {weight:.0f} KB")
for name, audit in audits.items():
    if audit["score"] is not None and audit["score"] < 0.9 and audit["scoreDisplayMode"] in ("binary", "numeric"):
        print(f"  {name}: {audit.get('displayValue', '')} {audit['title']}")
PYTHON
}

for form in phone desktop; do
  look form "$site/" none "$form"
  look job "$job" is-crawlable "$form"
  look report "$report" is-crawlable "$form"
done
