"""What the parts of an atlas are called inside its folder."""

from __future__ import annotations

TABLES_FILE = "atlas.sqlite"
ADDRESSES_FILE = "addresses.sqlite"
NETWORK_DIR = "network"
TRANSIT_DIR = "transit"
STOP_SNAPS_FILE = "stop_snaps.npy"
