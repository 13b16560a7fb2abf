"""What a report says of one home, beside what the fields of its town say: the same questions, answered one by one."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from app.atlas.atlas import ADDRESSES_FILE, Atlas
from app.atlas.fields.fields import FAR, NONE, UNKNOWN, Mapped
from app.atlas.surroundings import AtlasSurroundings
from app.avoided import AVOIDED, THROUGH_STREET
from app.needs import NEEDS, OFTEN_MIN
from app.pipeline.hazards_near import nearest_of
from app.pipeline.knowledge import Knowledge
from app.pipeline.must_haves import must_have_answers
from app.pipeline.needs_near import NeedsNear
from app.pipeline.report import Outcome
from app.pipeline.rules.must_haves import OFFERED
from app.pipeline.rules.safety import LAND_KINDS, RULES
from app.pipeline.wishes import TownWishes
from app.places import Location, Precision

OUTCOMES = {Outcome.PASS: 1, Outcome.FAIL: 0, Outcome.UNKNOWN: -1}
RULE = {rule.key: rule for rule in RULES}
#: Seconds or metres that lie nearer than this to a whole one may be rounded to either side.
SPARE = 2e-5
#: Further away, the platform that a line leaves from may lie beyond 45 minutes and another of its station within.
FARTHEST_STOP_S = 40 * 60


class Asked:
    """Stands for the part of an evaluation that wishes read."""

    def __init__(self, around: AtlasSurroundings) -> None:
        self.around = around
        self.knowledge = Knowledge(around)
        self.needs = NeedsNear(around, self.knowledge)


class TownOracle:
    """Asks for one home after the other."""

    def __init__(self, atlas: Atlas) -> None:
        self._atlas, self._town = atlas, atlas.town
        has_land = sum(atlas.hazard_counts.get(kind, 0) for kind in LAND_KINDS) > 0
        self._wishes = TownWishes(atlas.town, atlas.fields.facts.counts, has_land)
        self._outcomes = {text: self._wishes.outcomes(must) for text, must in OFFERED.items()}
        self._places: list[tuple[float, float]] = []
        if self._town.sample == "addresses":
            with closing(sqlite3.connect(atlas.directory / ADDRESSES_FILE)) as connection:
                self._places = connection.execute("SELECT lat, lon FROM geo_number ORDER BY id").fetchall()

    def around(self, home: int) -> AtlasSurroundings:
        """Return the surroundings of a home as an evaluation of its address has them."""
        town = self._town
        is_address = town.sample == "addresses"
        lat, lon = self._places[home] if is_address else (float(town.lats[home]), float(town.lons[home]))
        street = town.street_of(home) if is_address else ""
        return AtlasSurroundings(
            self._atlas, Location(lat, lon, "here", Precision.HOUSE, self._atlas.name, street=street)
        )

    def differences(self, homes: int, seed: int = 4) -> Counter[str]:
        """Return how many answers were compared at random homes ("compared"), and how many differ, by question."""
        found: Counter[str] = Counter()
        chosen = np.random.default_rng(seed).choice(self._town.count, min(homes, self._town.count), replace=False)
        for home in chosen.tolist():
            for question, is_same in self._compared(home, self.around(home)):
                found["compared"] += 1
                found[question] += not is_same
        return +found

    def _compared(self, home: int, around: AtlasSurroundings) -> Iterator[tuple[str, bool]]:
        asked, town = Asked(around), self._town
        for need in NEEDS:
            seconds = asked.needs.find(need.key).seconds
            stored = int(town.seconds(need.key)[home])
            yield need.key, _is_rounded(stored, float(seconds[0])) if len(seconds) else stored in (UNKNOWN, NONE)
        for avoided in AVOIDED:
            nearest = nearest_of(around, RULE[avoided.key], float(avoided.farthest_m))
            stored = int(town.metres(avoided.key)[home])
            yield avoided.key, _is_rounded(stored, nearest.distance_m) if nearest else stored == FAR
        for answer in must_have_answers(asked):  # type: ignore[arg-type]
            for amount in answer.amounts:
                text = f"{answer.key}:{amount}" if amount else answer.key
                yield f"wish {text}", int(self._outcomes[text][home]) == OUTCOMES[answer.outcome]
        yield from self._streets_and_stops(home, around)

    def _streets_and_stops(self, home: int, around: AtlasSurroundings) -> Iterator[tuple[str, bool]]:
        town = self._town
        near = around.hazards(*THROUGH_STREET.kinds, within_m=40.0)
        is_known = around.coverage(40.0) >= 0.9 and Knowledge(around).mapped.street_km > 0
        yield "side street", int(town.side_street[home]) == (0 if near else 1 if is_known else -1)
        yield "timetable", bool(town.has(Mapped.TIMETABLE)[home]) == around.has_timetable()
        for every in OFTEN_MIN:
            walks = [
                stop.walk_s
                for stop in around.transit_stops()
                if any(r.headway_min and r.headway_min <= every and not r.is_school_run for r in stop.routes)
            ]
            stored = int(town.frequent_stop_seconds(every)[home])
            none = (NONE,) if around.has_timetable() else (UNKNOWN,)
            if (min(walks) if walks else stored) < FARTHEST_STOP_S or stored in none:
                yield f"every {every}", _is_rounded(stored, min(walks)) if walks else stored in none


def _is_rounded(stored: int, value: float) -> bool:
    return int(np.ceil(value - SPARE)) <= stored <= int(np.ceil(value + SPARE))
