#!/bin/sh
# Start the site as hosting services and containers do: at the first start the sample regions are imported into the
# data folder, then gunicorn takes the place of this shell, so that signals reach it.
#
# SAMPLES names the regions of data/samples to import; `SAMPLES=` imports none.
set -eu
cd "$(dirname "$0")/.."
data=${DOORSTEP_DATA_DIR:-var}
for region in ${SAMPLES-monaco helsinki}; do
  test -e "$data/regions/$region" && continue
  case $region in helsinki) title="Central Helsinki" ;; *) title="" ;; esac
  flask --app app region import "data/samples/$region.osm.pbf" --name "$region" --title "$title"
done
# Gunicorn reads this before our configuration, and takes nothing for a number.
export WEB_CONCURRENCY="${WEB_CONCURRENCY:-2}"
exec gunicorn -c gunicorn_config.py 'app:create_app()'
