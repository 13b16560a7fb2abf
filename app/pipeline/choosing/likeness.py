"""From one report to its town: what to wish for to find more like it, and where near by is better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from app.atlas.atlas import Atlas
from app.geo import compass, distance_m, distances_m
from app.needs import NEED
from app.pipeline.choosing.asking import criteria_of
from app.pipeline.choosing.ranking import Ranking, Standing, squares_of
from app.pipeline.report import DoorThing, MustHaveAnswer, Outcome, Part, Report, Trip
from app.pipeline.rules.headline import profile_named
from app.pipeline.rules.must_haves import AWAY
from app.pipeline.rules.profiles import METHODS
from app.pipeline.rules.wishes import MOST_WISHES, WISHES, Way, Wish, wish_of
from app.wording import whole_minutes

METHOD = METHODS.headline
#: A strength is a need within so many minutes; so many hazards that are far are named as well.
STRONG_MIN, FAR_HAZARDS = 15, 2
#: A way to a place is rounded up to so many minutes, and is at least so long.
TRIP_STEP_MIN, LEAST_TRIP_MIN = 5, 10
#: Further than this nobody walks or rides each day, where there is a quicker way.
FAR_TRIP_MIN = 30
#: What is at the door is near within so many minutes; better places are looked for within so many metres, in squares.
NEAR_MIN, AROUND_M, SQUARE_M = 15, 1_000.0, 100.0


# --- where else is like this -------------------------------------------------------------------------


def wishes_like(report: Report) -> tuple[Wish, ...]:
    """Return what a report is strong in as wishes: what was asked for, what helps most, what is far enough away."""
    return tuple(islice(dict.fromkeys((*_asked(report), *_strengths(report), *_far(report))), MOST_WISHES))


def _asked(report: Report) -> Iterator[Wish]:
    yield from filter(None, map(wish_of, report.listing.must_haves))


def _strengths(report: Report) -> Iterator[Wish]:
    """Yield the needs that add most to the score, each within the shortest offered walk that is true here."""
    taken = {wish.key for wish in _asked(report)}
    for part in sorted(_parts(report), key=lambda part: -part.weight * (part.value or 0.0)):
        share = (part.value or 0.0) / part.out_of
        passed = _passed(report, part.key)
        if share >= METHOD.good_from and passed and min(passed) <= STRONG_MIN and part.key not in taken:
            yield WISHES[f"{part.key}-{min(passed)}"]


def _far(report: Report) -> Iterator[Wish]:
    """Yield hazards that are far enough for the longest distance offered that is true here."""
    taken = {wish.key for wish in _asked(report)}
    passed = {key: max(_passed(report, key), default=0) for key in AWAY if key not in taken}
    # The shortest distance that may be asked for is no strength, where there are longer ones.
    far = [key for key, metres in passed.items() if metres and metres > min(AWAY[key][1][:-1], default=0)]
    yield from (WISHES[f"{key}-{passed[key]}"] for key in far[:FAR_HAZARDS])


def _parts(report: Report) -> tuple[Part, ...]:
    finding = report.finding("tier2_scoring")
    return finding.parts if finding else ()


def _passed(report: Report, key: str) -> tuple[int, ...]:
    """Return the amounts at which the answer to what may be asked was yes."""
    passed = [each for each in _answers(report) if each.key == key and each.outcome is Outcome.PASS]
    return tuple(amount for each in passed for amount in each.amounts)


def _answers(report: Report) -> tuple[MustHaveAnswer, ...]:
    finding = report.finding("tier1_checks")
    return finding.adjustable.answers if finding and finding.adjustable else ()


@dataclass(frozen=True, slots=True)
class TripLike:
    """A place of the person's own, by which way and within how many minutes."""

    text: str
    by: Way
    within_min: int


def trips_like(report: Report) -> tuple[TripLike, ...]:
    """Return the person's own places, each within the minutes that the best way takes from here."""
    trips = [trip for finding in report.findings for trip in finding.trips if trip.typed]
    return tuple(filter(None, map(_trip_like, trips)))


def _trip_like(trip: Trip) -> TripLike | None:
    """Return a trip by bus or train where one is known, else on foot if that is not far, else by bike or by car."""
    ways: tuple[tuple[Way, float | None], ...] = (
        ("transit", trip.transit_min),
        ("walk", trip.walk_min),
        ("bike", trip.bike_min),
        ("car", trip.car_min),
    )
    known = [(by, minutes) for by, minutes in ways if minutes is not None]
    if not known:
        return None
    by, minutes = next(((by, n) for by, n in known if by == "transit" or n <= FAR_TRIP_MIN), known[-1])
    steps = -(-max(whole_minutes(minutes), LEAST_TRIP_MIN) // TRIP_STEP_MIN)
    return TripLike(trip.destination, by, steps * TRIP_STEP_MIN)


# --- nearby and better -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Missed:
    """What is not so at an address and is looked for near by: all wishes, and what fails of the things at the door."""

    wishes: tuple[Wish, ...]
    #: Nouns of what is too far from the door; () where the wishes are the person's own.
    too_far: tuple[str, ...] = ()


def missed_at(report: Report) -> Missed | None:
    """Return what a better place near by must have: the must-haves where one fails, else what is at the door.

    None where nothing is missing, and for reports that do not tell.
    """
    asked = tuple(_asked(report))
    if asked:
        failed = [each for each in _answers(report) if each.outcome is Outcome.FAIL]
        is_missed = any(wish.key == each.key and wish.amount in each.amounts for wish in asked for each in failed)
        return Missed(asked) if is_missed else None
    known = [thing for thing in report.door if not thing.why_unknown]
    too_far = tuple(NEED[thing.key].noun for thing in known if not _is_near(thing))
    wishes = tuple(WISHES[f"{thing.key}-{NEAR_MIN}"] for thing in known if f"{thing.key}-{NEAR_MIN}" in WISHES)
    return Missed(wishes, too_far) if too_far and len(wishes) == len(known) else None


def _is_near(thing: DoorThing) -> bool:
    return thing.minutes is not None and whole_minutes(thing.minutes) <= NEAR_MIN


@dataclass(frozen=True, slots=True)
class Better:
    """A place near by where all is met: straight metres, direction and the street of its middle home."""

    metres: float
    direction: str
    street: str


def better_near(atlas: Atlas, wishes: tuple[Wish, ...], lat: float, lon: float, profile: str) -> Better | None:
    """Return the nearest square within 1 km of a point at half of whose homes all is met; None where none is known."""
    town = atlas.town
    homes = np.flatnonzero(distances_m(lat, lon, town.lats, town.lons) <= AROUND_M)
    if not len(homes):
        return None
    criteria = criteria_of(atlas, wishes, (), profile_named(profile), homes)
    ranking = Ranking.of(criteria, len(homes))
    if ranking.unknown:
        return None
    squares = squares_of(ranking, town.lats[homes], town.lons[homes], SQUARE_M)
    good = homes[squares.middles[squares.standings == Standing.ALL]]
    if not len(good):
        return None
    nearest = int(good[np.argmin(distances_m(lat, lon, town.lats[good], town.lons[good]))])
    at_lat, at_lon = float(town.lats[nearest]), float(town.lons[nearest])
    away = distance_m(lat, lon, at_lat, at_lon)
    return Better(away, compass(lat, lon, at_lat, at_lon), town.street_of(nearest))
