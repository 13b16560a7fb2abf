"""What a query may mean: scored matches, each with its doubt, in order and each once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.atlas.geocoder.kinds import REACH_M, STATION_KINDS, VAGUE_KINDS
from app.atlas.geocoder.search.costs import Doubt
from app.geo import distance_m
from app.places import Location, Precision


@dataclass(frozen=True, slots=True)
class Match:
    """One answer: its `score` is 1 where all fits; FOUND and PLAUSIBLE in geocoder.py say what lower ones mean.

    `kind` says what it is in plain words ("house", "street", "corner", "railway station"); `doubt` what a person must
    be asked about before it is taken, and `about` the words or the number in doubt.
    """

    location: Location
    score: float
    kind: str = "house"
    doubt: Doubt | None = None
    about: str = ""

    @property
    def text(self) -> str:
        """The address as the data spells it."""
        return self.location.label


#: Scores this near are equal; equally good matches further apart than this (metres) are different answers.
SAME_SCORE, APART_M = 0.015, 150.0

_PRECISIONS = list(Precision)


def in_order(matches: Iterable[Match]) -> list[Match]:
    """Return one match for each thing at each spot, best first."""
    kept: dict[str, list[Match]] = {}
    for match in sorted(matches, key=_rank):
        same = kept.setdefault(match.kind if match.kind in STATION_KINDS else match.text, [])
        if all(_is_elsewhere(match, other) for other in same):
            same.append(match)
    ranked = sorted((match for same in kept.values() for match in same), key=_rank)
    return [match for match in ranked if not (match.kind in VAGUE_KINDS and _says_less(match, ranked))]


def _says_less(match: Match, others: Iterable[Match]) -> bool:
    """Return whether a building or the like stands where something that is said more plainly, and as surely, does."""
    plain = (other for other in others if other.kind not in VAGUE_KINDS and (match.doubt or not other.doubt))
    better = (other for other in plain if other.score >= match.score - SAME_SCORE)
    return any(not _is_elsewhere(match, other) for other in better)


#: The names of one station, as it is mapped and as its trains call it, lie no further apart (metres).
ONE_STATION_M = 300.0


def _rank(match: Match) -> tuple[float, bool, int, str, float, float]:
    place = match.location
    return -match.score, match.doubt is not None, _PRECISIONS.index(place.precision), place.label, place.lat, place.lon


def _is_elsewhere(match: Match, other: Match) -> bool:
    """Return whether two matches of one label are different places: one town has a node and a middle of its houses."""
    a, b = match.location, other.location
    apart_m = APART_M if Precision.PLACE not in (a.precision, b.precision) else 5 * APART_M
    if match.kind in REACH_M and other.kind in REACH_M:
        apart_m = 10_000.0
    if match.kind in STATION_KINDS and other.kind in STATION_KINDS:
        apart_m = ONE_STATION_M
    return distance_m(a.lat, a.lon, b.lat, b.lon) > apart_m
