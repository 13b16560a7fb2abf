"""The words and limits of the sentence that says what an address is like: limits that people notice, not scores."""

from __future__ import annotations

from types import MappingProxyType

from app.places import Kind

#: The middle of a house is up to so far from the middle of the street that it stands in: a deep front garden, a
#: pavement and half of a wide road.
STREET_M = 40.0
#: A minute, some 80 m, is "at the door"; of food and coffee within five both are told; a quarter of an hour is a walk.
DOOR_MIN, NEAR_MIN, WALK_MIN = 1, 5, 15
#: Most of those who ride walk no further than this to a stop.
STOP_MIN = 10
#: What leaves so many times as often within a walk says more than what stops nearer.
MUCH_MORE = 4
#: What the map's own class says of a street. It knows no traffic counts, so none is called quiet.
STREETS = MappingProxyType(
    {
        Kind.MOTORWAY: "motorway",
        Kind.TRUNK_ROAD: "trunk road",
        Kind.PRIMARY_ROAD: "main road",
        Kind.SECONDARY_ROAD: "through street",
        Kind.TERTIARY_ROAD: "local through street",
        Kind.OTHER_ROAD: "side street",
    }
)
#: From four lanes on the number is said: fewer are usual.
LANES = MappingProxyType({4: "four-lane", 5: "five-lane", 6: "six-lane", 7: "seven-lane", 8: "eight-lane"})
#: What leaves from a stop, by the mode's noun.
RIDES = MappingProxyType(
    {
        "underground": "underground trains",
        "train": "trains",
        "tram": "trams",
        "light rail": "light rail",
        "ferry": "ferries",
        "cable car": "cable cars",
        "bus": "buses",
        "line": "departures",
    }
)
