"""From the source's places to the places and groups that a report names."""

from __future__ import annotations

from collections.abc import Sequence

from app.pipeline.profiles import METHODS
from app.pipeline.report import FoundPlace, Group
from app.pipeline.words import kind_word, minutes, number, place_name
from app.places import Place
from app.sources.base import Floats


def walk_metres(seconds: Floats) -> Floats:
    """Return the metres that a walk of these seconds covers on level ground (80 m in a minute, steps count double)."""
    return seconds / 60.0 * METHODS.distances.metres_per_minute


def walk_minutes(place: Place) -> float | None:
    """Return a place's walk in minutes, None where none was found."""
    return None if place.walk_s is None else place.walk_s / 60.0


def rounded(value: float | None, decimals: int = 1) -> float | None:
    """Round what is known."""
    return None if value is None else round(float(value), decimals)


def found_place(place: Place, detail: str = "") -> FoundPlace:
    """Return a place as the report names it; a walk that is suspiciously long says so."""
    words = [detail, _detour(place)]
    return FoundPlace(
        name=place_name(place),
        kind=kind_word(place.kind),
        minutes=rounded(walk_minutes(place)),
        metres=float(round(place.straight_m)),
        lat=place.lat,
        lon=place.lon,
        osm_id=place.osm_id,
        detail=", ".join(word for word in words if word),
    )


def _detour(place: Place) -> str:
    """Flag a walk longer than 2.1 times the straight line plus 100 m: the path may be missing on the map."""
    if place.walk_s is None:
        return ""
    walked = place.walk_s / 60.0 * METHODS.distances.metres_per_minute
    if walked <= METHODS.distances.detour_ratio * place.straight_m + METHODS.distances.detour_slack_m:
        return ""
    if place.straight_m < 50:
        return "the walk is long for the distance"
    return f"the walk is {number(walked / place.straight_m)} times the straight line"


def group(key: str, title: str, places: Sequence[FoundPlace], seconds: Floats) -> Group:
    """Return the places that answer one need, with how many lie within 15 and 30 minutes."""
    within = seconds[seconds <= 30 * 60]
    return Group(
        key=key,
        title=title,
        nearest_min=rounded(float(within[0]) / 60.0) if len(within) else None,
        within_15=int((within <= 15 * 60).sum()),
        within_30=len(within),
        places=tuple(p for p in places if p.minutes is not None and p.minutes <= 30),
    )


def name_and_minutes(place: Place) -> str:
    """Say "Café Ekberg, 2 minutes on foot"."""
    walk = walk_minutes(place)
    return place_name(place) if walk is None else f"{place_name(place)}, {minutes(walk)} on foot"
