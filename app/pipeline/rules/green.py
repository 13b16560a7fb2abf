"""Green space: which counts and why, and the daily walk value with its words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from app.pipeline.rules.transit import Points


class Ground(NamedTuple):
    """A kind of ground, whether it is green space to walk in, and why: the atlas is built by it."""

    what: str
    counts: bool
    why: str


GROUNDS = (
    Ground("Parks, recreation grounds, commons, village greens", True, "They are there to be walked in."),
    Ground(
        "Gardens that are public or have a name", True, "A garden that says neither is nearly always somebody's own."
    ),
    Ground(
        "Woods of 1 ha or more and nature reserves, with 100 m of paths", True, "Without paths nobody walks in them."
    ),
    Ground("Beaches", True, "People walk along them every day."),
    Ground("Whatever is private, needs a permit or lets nobody in on foot", False, "You cannot go in."),
    Ground("Gardens that take a fee", False, "Nobody pays for a daily walk."),
    Ground("Cemeteries", False, "Some welcome walkers and many do not; the map does not say which."),
    Ground("Golf courses", False, "They are for players."),
    Ground("School grounds, sports pitches and playgrounds", False, "They are for pupils, teams and children."),
    Ground("Allotments", False, "Each plot is somebody's own."),
    Ground("Military ground, and land under construction", False, "It is closed."),
    Ground("Lawns, verges and dog runs by themselves", False, "They are no place for a walk."),
)


@dataclass(frozen=True, slots=True)
class Green:
    """Daily walk value, 0 to 10."""

    walk: Points = ((10.0, 3.0), (20.0, 2.0), (30.0, 1.0))
    walk_beyond: float = 0.5
    size_ha: Points = ((4.0, 1.5), (1.2, 1.0), (0.4, 0.5))
    paths_km: Points = ((2.0, 1.5), (0.8, 1.0))
    paths_any: float = 0.5
    nature_share: Points = ((0.55, 2.0), (0.40, 1.5), (0.25, 1.0), (0.15, 0.5))
    comfort_each: float = 0.4
    comfort_full: float = 2.0
    #: A daily walk begins at most so many minutes away: there and back is half an hour, before the walk itself.
    daily_min: float = 15.0
    #: Farther away the value is at most this, less than a fair one nearby: it is for an outing.
    most_if_far: float = 3.5
    #: A smaller one (ha) has at most this, less than a good one: it is for a bench.
    daily_ha: float = 1.2
    most_if_small: float = 6.5
    #: The value from which the word is "good", which is where it begins to help; and from which it is "fair".
    good: float = 7.0
    fair: float = 4.0
    others: int = 8
    #: WHO Europe and the 3-30-300 rule: public green of this size within this distance.
    near_m: float = 300.0
    near_ha: float = 1.0
    grounds: tuple[Ground, ...] = GROUNDS
