"""What a map shows, in words: for those who do not see it. No fact stands in a map alone."""

from __future__ import annotations

from app.geo import compass
from app.maps.hazards import warned_rules
from app.maps.pictures import SIZES, ZOOMS
from app.maps.streets import BAND_MIN
from app.pipeline.report import DoorThing, Report
from app.wording import listed, metres, minutes

#: What the small maps show.
SECTION_TITLES = {
    "map-transit": "stops, rails and rides from here",
    "map-green": "green spaces that anyone may enter",
    "map-schools": "schools and childcare",
    "map-cycling": "streets by how calm they are for cycling",
}


def map_words(report: Report, zoom: int) -> str:
    """Return what the map of a report shows: the streets, each thing with a pin, and what is warned of."""
    across = metres(SIZES["map"].metres * ZOOMS[zoom])
    bands = listed([str(limit) for limit in BAND_MIN])
    words = [f"Map of {across} around {report.location.label}, streets coloured by {bands} minutes on foot."]
    things = [_thing(report, thing) for thing in report.door if thing.number is not None and thing.place is not None]
    if things:
        words.append(f"Numbered: {'; '.join(things)}.")
    if warned := [rule.title.lower() for rule in warned_rules(report)]:
        words.append(f"Marked in red: {listed(warned)}.")
    return " ".join(words)


def _thing(report: Report, thing: DoorThing) -> str:
    """Return "1 food shop, Tesco, 3 min, north-west"."""
    place = thing.place
    if place is None:
        return ""
    towards = compass(report.location.lat, report.location.lon, place.lat, place.lon)
    parts = [f"{thing.number} {thing.title.lower()}", place.name, minutes(thing.minutes, ""), towards]
    return ", ".join(part for part in parts if part)


def section_words(report: Report, name: str) -> str:
    """Return what a small map shows; the section beside it says the same in full."""
    return f"Map around {report.location.label}: {SECTION_TITLES[name]}."
