"""The tables of `atlas.sqlite`, apart from the geocoder's."""

from __future__ import annotations

#: Raised with every change that older code cannot read: an atlas of another version must be imported again.
FORMAT_VERSION = 1

TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE places (
    id INTEGER PRIMARY KEY,  -- in the order of a space-filling curve: neighbours lie on the same pages
    kind INTEGER NOT NULL,
    lat REAL NOT NULL,
    lon REAL NOT NULL,
    access BLOB NOT NULL,    -- packed snaps of all ways in
    element INTEGER NOT NULL,  -- the same number for the kinds of one element
    osm_id TEXT NOT NULL,
    name TEXT NOT NULL,
    tags TEXT NOT NULL,      -- JSON
    area_m2 REAL,            -- NULL for a point
    shape BLOB               -- WKB in degrees; NULL for a point
);
CREATE VIRTUAL TABLE place_index USING rtree(id, min_lon, max_lon, min_lat, max_lat);
CREATE INDEX place_kind ON places (kind, lat, lon);
CREATE TABLE hazards (
    id INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,
    osm_id TEXT NOT NULL,
    name TEXT NOT NULL,
    lanes INTEGER,
    tags TEXT NOT NULL,
    shape BLOB NOT NULL
);
CREATE VIRTUAL TABLE hazard_index USING rtree(id, min_lon, max_lon, min_lat, max_lat);
CREATE TABLE greens (
    place INTEGER PRIMARY KEY REFERENCES places (id),
    paths_m REAL NOT NULL,
    has_named_trail INTEGER NOT NULL,
    nature_share REAL,       -- NULL where no land cover is mapped
    comforts TEXT NOT NULL   -- words with a space between
);
CREATE TABLE stop_routes (
    place INTEGER NOT NULL REFERENCES places (id),
    route TEXT NOT NULL,
    name TEXT NOT NULL,
    mode TEXT NOT NULL,
    headsign TEXT NOT NULL,
    PRIMARY KEY (place, route)
) WITHOUT ROWID;
"""
