"""Whether places of a need can be said to be mapped in a region: by how many it has for its addresses and streets."""

from __future__ import annotations

from types import MappingProxyType

from app.atlas.facts import RegionCounts
from app.needs import NEED, NEEDS
from app.wording import listed, number, plural

#: A kilometre of street stands for so many homes where fewer addresses are mapped: a floor. Towns whose houses are
#: mapped one by one have 26 (Reisterstown) to 92 (Queens) house numbers to the kilometre.
HOMES_PER_KM = 20
#: At least one place for so many homes, else the map holds next to none of what is there. Each limit is about a quarter
#: of what thinly served towns have, and lies between the regions where a kind is mapped and those where it is not;
#: `docs/methods.md` has the table.
HOMES_PER_PLACE = MappingProxyType(
    {
        "supermarket": 6_000,
        "food_shop": 4_000,
        "bakery": 6_000,
        "cafe": 4_000,
        "restaurant": 600,
        "pub": 3_000,
        "pharmacy": 5_000,
        "doctor": 6_000,
        "dentist": 6_000,
        "hospital": 40_000,
        "primary_school": 4_000,
        "secondary_school": 12_000,
        "childcare": 4_000,
        "park": 3_000,
        "playground": 3_000,
        "stop": 800,
        "station": 20_000,
        "bank": 4_000,
        "culture": 5_000,
        "sports": 2_000,
    }
)


#: How each sentence on too few places ends: what is said of many needs at once needs no such sentence for each.
DOES_NOT_TELL = "so it does not tell."


def homes(counts: RegionCounts) -> float:
    """Return a floor of how many homes a region has: its house numbers, or its streets where few are mapped."""
    return max(counts.addresses, counts.street_km * HOMES_PER_KM)


def is_mapped(need: str, counts: RegionCounts) -> bool:
    """Return whether the places of a need are mapped in a region, so that "none within 45 minutes" means something.

    A region with fewer homes than one place needs may well have none. There it counts as mapped where at least half of
    the needs have a place at all.
    """
    if homes(counts) < HOMES_PER_PLACE[need] and not counts.places.get(need, 0):
        return 2 * sum(_are_there(each.key, counts) for each in NEEDS) >= len(NEEDS)
    return _are_there(need, counts)


def _are_there(need: str, counts: RegionCounts) -> bool:
    return counts.places.get(need, 0) >= max(1.0, homes(counts) / HOMES_PER_PLACE[need])


def why_not_mapped(need: str, counts: RegionCounts, region_title: str) -> str:
    """Return why the map does not tell: "The map of Queens holds 2 supermarkets for 32,000 addresses, so ..."."""
    places = counts.places.get(need, 0)
    what = f"{places:,} {nouns(need)}" if places > 1 else f"{places or 'no'} {NEED[need].noun}"
    return f"The map of {region_title} holds {what} for {_extent(counts)}, {DOES_NOT_TELL}"


def _extent(counts: RegionCounts) -> str:
    if counts.addresses >= counts.street_km * HOMES_PER_KM:
        return f"{_about(counts.addresses)} addresses"
    return f"{_about(counts.street_km)} km of streets"


def _about(value: float) -> str:
    """Return a count with two digits that count: "32,000"."""
    return number(float(f"{value:.2g}"), 0)


def nouns(need: str) -> str:
    """Return the plural of a need: "banks or post offices"."""
    *first, last = NEED[need].noun.split(" or ")
    parts = [*(part for text in first for part in text.split(", ")), last]
    return listed([plural(part) for part in parts], "or")
