"""Maps GTFS route types, the basic and the extended ones, to Doorstep's seven modes."""

from __future__ import annotations

#: The modes from the one that counts most: a stop takes the first of those that call there.
RANKED_MODES = ("subway", "rail", "light_rail", "tram", "ferry", "cable_car", "bus")

#: https://gtfs.org/schedule/reference/#routestxt (11 trolleybus counts as a bus, 12 monorail as light rail)
BASIC = {
    0: "tram",
    1: "subway",
    2: "rail",
    3: "bus",
    4: "ferry",
    5: "cable_car",
    6: "cable_car",
    7: "cable_car",
    11: "bus",
    12: "light_rail",
}
#: https://developers.google.com/transit/gtfs/reference/extended-route-types, by the hundreds.
EXTENDED = {
    1: "rail",
    2: "bus",
    3: "rail",
    4: "subway",
    5: "subway",
    6: "subway",
    7: "bus",
    8: "bus",
    9: "tram",
    10: "ferry",
    12: "ferry",
    13: "cable_car",
    14: "cable_car",
    17: "bus",
}
#: Urban railways (403) and monorails (405) among the 400s are no metros.
EXCEPTIONS = {403: "light_rail", 405: "light_rail", 1501: "bus"}


def mode_of(route_type: int) -> str | None:
    """Return the mode of a route type; None for aircraft, taxis, hired cars and unknown types."""
    if route_type in EXCEPTIONS:
        return EXCEPTIONS[route_type]
    if route_type < 100:
        return BASIC.get(route_type)
    return EXTENDED.get(route_type // 100)
