"""What people want near: where the nearest is and how many there are, decided once for the whole report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.atlas.facts import MODE_OF_STOP, Floats, TownNeed, TransitStop
from app.needs import NEED, Need
from app.pipeline.knowledge import DISC_M, Knowledge
from app.pipeline.rules.profiles import METHODS
from app.pipeline.town import ALIKE_MIN, town_sentence, usual_walk
from app.places import Kind, Place
from app.sources.interface import Surroundings
from app.wording import count, whole_minutes

METHOD = METHODS.needs
KIND_OF_MODE = {mode: kind for kind, mode in MODE_OF_STOP.items()} | {"light_rail": Kind.TRAM_STOP}
#: Levels that a school whose level is not known may have.
SCHOOLS = frozenset({"primary_school", "secondary_school"})
#: Places of a need that a report may name.
NAMED = 5
#: A place this near in a straight line, and nearer than all that are reached, is named though no way leads there.
STRAIGHT_M = 1_000.0
NO_WAY = "No way on foot of up to 45 minutes is mapped to what lies so near in a straight line."


@dataclass(frozen=True, slots=True)
class NeedNear:
    """What answers a need within 45 minutes on foot: the nearest few places, and the walking seconds to all of them."""

    need: Need
    places: tuple[Place, ...]
    seconds: Floats
    #: Why the nearest, or that there is none, is not known, as a sentence; "" where it is.
    why_unknown: str
    #: How far it is over the whole region, None where too little is known to compare.
    town: TownNeed | None = None
    region_title: str = ""
    #: What lies nearer in a straight line than all of `places`, though no mapped way leads there; None for nothing.
    beyond: Place | None = None
    #: Where the map ends too near to tell: none is within so many minutes all the same, 0 where nobody knows that.
    none_within_min: int = 0

    @property
    def beside_town(self) -> str:
        """How the walk compares with the town: "half of Newport's addresses need more than 13 min", or ""."""
        return town_sentence(self.town, self.minutes, self.region_title) if self.is_known else ""

    @property
    def usual_min(self) -> float | None:
        """Minutes that half of the town needs at most, None where that is not known."""
        median = self.town.median_min if self.town else None
        return None if median is None else float(round(median))

    @property
    def usual_walk(self) -> str:
        """What is usual, where this is not: "over 13 min", "up to 4 min", or ""."""
        return usual_walk(self.town, self.minutes) if self.is_known else ""

    @property
    def is_usual(self) -> bool:
        """Whether the walk is what half of the town needs, to a minute that nobody notices."""
        usual, own = self.usual_min, self.minutes
        return usual is not None and own is not None and abs(whole_minutes(own) - whole_minutes(usual)) <= ALIKE_MIN

    @property
    def is_known(self) -> bool:
        """Whether the walk to the nearest, or that there is none, can be told."""
        return not self.why_unknown

    @property
    def minutes(self) -> float | None:
        """The walk to the nearest in minutes, None where there is none within 45."""
        return float(self.seconds[0]) / 60.0 if len(self.seconds) else None

    def within(self, minutes: float) -> int:
        """Return how many places lie within a walk."""
        return int((self.seconds <= minutes * 60.0).sum())


class NeedsNear:
    """Looks for each need once."""

    def __init__(self, around: Surroundings, knowledge: Knowledge) -> None:
        self._around, self._knowledge = around, knowledge
        self._found: dict[str, NeedNear] = {}

    def find(self, key: str) -> NeedNear:
        """Return what answers the need of a key."""
        if key not in self._found:
            self._found[key] = self._look_for(NEED[key])
        return self._found[key]

    def _look_for(self, need: Need) -> NeedNear:
        if need.key == "stop":
            stops = self._around.transit_stops()
            places = tuple(_as_place(stop) for stop in stops[:NAMED])
            seconds = np.array([stop.walk_s for stop in stops], dtype=float)
        else:
            places = tuple(p for p in self._around.nearest(*need.kinds, limit=NAMED) if p.walk_s is not None)
            seconds = self._around.walk_seconds(*need.kinds)
        know, town, title = self._knowledge, self._around.town(need.key), self._around.region.title
        told_min = whole_minutes(round(float(seconds[0]) / 60.0, 1)) if len(seconds) else np.inf
        why = self._why_others(need, seconds) if told_min > METHOD.full_min else ""
        is_cut = not why and told_min > METHOD.none_min and know.cut_off(DISC_M)
        return NeedNear(
            need,
            places,
            seconds,
            know.why_cut(DISC_M) if is_cut else why,
            town,
            title,
            self._beyond_walks(need, places),
            int(METHOD.full_min) if is_cut and not know.ends_within(METHOD.full_min) else 0,
        )

    def _beyond_walks(self, need: Need, reached: Sequence[Place]) -> Place | None:
        """Return the nearest place that no mapped way reaches, None where one that is reached is nearer.

        Stops lie on rails and in the middle of roads: of them it says nothing.
        """
        if need.key == "stop" or self._around.snap_m is None or self._knowledge.why_no_way:
            return None
        within_m = min((STRAIGHT_M, *(place.straight_m for place in reached)))
        return next(iter(self._around.beyond_walks(*need.kinds, within_m=within_m)), None)

    def _why_others(self, need: Need, seconds: Floats) -> str:
        """Return why others may be on the ground that the map does not tell; what is met within 15 minutes is known."""
        of_level = self._unknown_schools(seconds) if need.key in SCHOOLS else ""
        return of_level or self._knowledge.why_not_mapped(need)

    def _unknown_schools(self, seconds: Floats) -> str:
        """Return that nearer schools may be of the level: of how many the map does not say it."""
        of_any_level = self._around.walk_seconds(Kind.SCHOOL)
        nearest = min(float(seconds[0]) if len(seconds) else np.inf, METHOD.none_min * 60.0)
        nearer = int((of_any_level < nearest).sum())
        if not nearer:
            return ""
        return f"The map does not say the level of {count(nearer, 'school')} nearer than {round(nearest / 60)} minutes."


def _as_place(stop: TransitStop) -> Place:
    """Return a stop as a place."""
    osm_id, kind = "" if stop.from_feed else stop.stop_id, KIND_OF_MODE.get(stop.mode, Kind.BUS_STOP)
    tags = {"street": stop.near} if stop.near else {}
    return Place(osm_id, kind, stop.name, stop.lat, stop.lon, stop.straight_m, stop.walk_s, tags)
