"""The kinds of place that a person may name: how far each reaches, and which of them come before others."""

from __future__ import annotations

#: A town that addresses name, whose own place is not mapped or not known to be the same.
POSTAL_TOWN = "postal town"
#: The first half of a postcode, where it has two.
POSTCODE_AREA = "postcode area"

#: How far, in metres, a place of each kind reaches from its point: a guess, used to tell whether a hint fits.
REACH_M: dict[str, float] = {
    "country": 100_000.0, "state": 100_000.0, "island": 8_000.0, "city": 8_000.0, "borough": 5_000.0,
    "district": 5_000.0, "town": 3_000.0, POSTAL_TOWN: 8_000.0, "village": 1_800.0, "suburb": 1_800.0,
    POSTCODE_AREA: 5_000.0, "quarter": 1_200.0, "hamlet": 900.0, "neighbourhood": 1_200.0,
}  # fmt: skip


def is_town(kind: str) -> bool:
    """Return whether a place is a whole town rather than a part of one or a thing in it."""
    return kind in ("city", "town", POSTAL_TOWN)


#: The reach of anything else: a shop or a station named beside an address is at its door.
OTHER_REACH_M = 400.0

#: Parts of a town and small settlements: of the places near an address the nearest of these tells it from another.
DISTRICT_KINDS = ("suburb", "quarter", "neighbourhood", "village", "hamlet", "town", "borough")

#: Kinds of place at which a train, tram, bus or boat stops.
STATION_KINDS = frozenset(
    {"railway station", "metro station", "tram stop", "bus stop", "bus station", "ferry terminal"}
)

#: Stops that are a pole at the kerb: nearly always called after something else, which may be meant.
POLE_KINDS = frozenset({"tram stop", "bus stop"})

#: Kinds that say little of a thing: beside a station of the same name a building is that station.
VAGUE_KINDS = frozenset({"building", "house", "landmark", "office", "place"})

#: A town, a station or a hospital is as likely meant as a street of the same name, a school a little less; a stop or a
#: shop is mostly called after the street.
MAJOR_KINDS = frozenset({*REACH_M, "railway station", "airport", "hospital", "university"})
#: Where people go every day: of several of one name the nearest is meant, by someone at an address.
EVERYDAY_KINDS = frozenset({
    "tram stop", "bus stop", "shop", "supermarket", "restaurant", "cafe", "pub", "bank", "post office", "pharmacy",
    "sports centre",
})  # fmt: skip
LESSER_KINDS = EVERYDAY_KINDS | {
    "building", "house", "hotel", "landmark", "office", "place", "locality", "peak", "city_block", "farm", "islet",
    "isolated_dwelling", "allotments",
}  # fmt: skip
#: Kinds that are mostly called after another place than the one where they are: a station after the town it leads to.
NAMED_AFTER = LESSER_KINDS | STATION_KINDS | {POSTAL_TOWN}
