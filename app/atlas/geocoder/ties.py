"""Puts matches in order, joins those with one label, and lowers those that a person has to choose between."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from app.atlas.geocoder.match import Match
from app.geometry import distance_m
from app.places import Precision

#: Scores this near are equal, and equally good matches further apart than this (metres) are different answers.
SAME_SCORE, APART_M = 0.015, 600.0

_PRECISIONS = list(Precision)


def in_order(matches: Iterable[Match], found: float) -> list[Match]:
    """Return one match for each label, best first; ties between places far apart end just below `found`."""
    best: dict[str, list[Match]] = {}
    for match in sorted(matches, key=_rank):
        best.setdefault(match.text, []).append(match)
    ordered = [_joined(same) for same in best.values()]
    tied = _tied(ordered)
    if not tied:
        return ordered
    capped = [replace(match, score=min(match.score, round(found - 0.01, 4))) for match in tied]
    lesser = [replace(match, score=min(match.score, round(found - 0.02, 4))) for match in ordered[len(tied) :]]
    return [*capped, *lesser]


def _rank(match: Match) -> tuple[float, int, str, float, float]:
    place = match.location
    return -match.score, _PRECISIONS.index(place.precision), place.label, place.lat, place.lon


def _joined(same: Sequence[Match]) -> Match:
    """Keep the best of the matches with one label, saying so where another is as good but elsewhere."""
    first = same[0]
    if any(_elsewhere(first, other) for other in same[1:]) and not first.location.note:
        note = "This address is mapped in more than one spot; this is one of them."
        return replace(first, location=replace(first.location, note=note))
    return first


def _tied(ordered: Sequence[Match]) -> list[Match]:
    """Return the leading matches when they are equally good, equally precise and far apart."""
    if not any(_elsewhere(ordered[0], other) for other in ordered[1:]):
        return []
    return [match for match in ordered if ordered[0].score - match.score <= SAME_SCORE]


def _elsewhere(first: Match, other: Match) -> bool:
    if first.score - other.score > SAME_SCORE or first.location.precision != other.location.precision:
        return False
    a, b = first.location, other.location
    return distance_m(a.lat, a.lon, b.lat, b.lon) > APART_M
