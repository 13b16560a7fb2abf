"""The keys of OpenStreetMap that decide which elements of an extract are read."""

from __future__ import annotations

#: Elements with one of these are addresses. The last three are Czech and Slovak: the number in the street, the one that
#: the municipality gave the house, and that of a weekend house.
NUMBER_KEYS = ("addr:housenumber", "addr:streetnumber", "addr:conscriptionnumber", "addr:provisionalnumber")
ADDRESS_KEYS = frozenset(NUMBER_KEYS)

#: What the texts of an AddressRow between its numbers are read from, in its order; of several keys the first that is
#: there.
TEXT_KEYS = (
    ("addr:street",),
    ("addr:place",),
    ("addr:city", "addr:suburb", "addr:hamlet"),
    ("addr:postcode",),
)

_THINGS = frozenset(
    {"amenity", "shop", "leisure", "tourism", "healthcare", "highway", "railway", "public_transport", "aeroway"}
    | {"man_made", "power"}
)
_LAND = frozenset({"natural", "landuse", "waterway"})

#: Nodes with one of these are read.
NODE_KEYS = _THINGS | {"place", "aerialway", "barrier", "entrance", "drinking_water"}
#: Ways with one of these may be places or hazards.
KIND_KEYS = _THINGS | _LAND | {"aerialway"}
#: Ways with one of these are read.
WAY_KEYS = KIND_KEYS | {"route", "addr:interpolation"}
#: Relations with one of these become areas.
AREA_KEYS = _THINGS | _LAND | {"place"} | ADDRESS_KEYS
