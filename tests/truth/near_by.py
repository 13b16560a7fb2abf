"""What a report says to be near, beside the extract: names, metres, minutes, counts and "none"."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from shapely.geometry import Point

from app.pipeline.report import DoorThing, Finding, FoundPlace, Group, Report
from tests.truth.oracles.timetable import Timetable
from tests.truth.oracles.walking import METRES_PER_MINUTE, Roads, Span, Walk
from tests.truth.oracles.wanted import WANTED
from tests.truth.oracles.world import Thing, World
from tests.truth.statements import NAME_AND_WALK, Statement, minutes_in

#: How far a walk may be off: nine tenths and a minute below, 15 % and a minute above.
LEAST_SHARE, MOST_SHARE, SLACK_MIN = 0.9, 1.15, 1.0
#: A place must be this much nearer than the one that a report calls the nearest, before that is called false.
CLEARLY_NEARER_MIN, CLEARLY_NEARER_SHARE = 2.0, 0.15
NEAR_MIN, LISTED_MIN, FARTHEST_SAID_MIN = 15.0, 30.0, 45.0
#: Metres that two measures of one straight line may differ.
SLACK_M, SLACK_SHARE = 10.0, 0.05
#: Two things of one need and name within these metres may be one thing mapped twice.
TWINS_M = 150.0
#: A place farther than this in a straight line is no walk of 45 minutes.
REACH_M = 3_700.0
#: A hectare within 300 m, as the World Health Organization asks.
GREEN_M2, GREEN_M = 10_000.0, 300.0
#: An entrance of a station is no farther from it.
ENTRANCE_M = 300.0
#: Groups that are needs under another name.
NEED_GROUPS = WANTED.keys() - {"green"}
OTHER_GROUPS = {"other_greens": "green", "stops": "stop"}


@dataclass
class Region:
    """The oracles of one region."""

    world: World
    roads: Roads
    timetable: Timetable | None = None

    @cached_property
    def entrances(self) -> list[Thing]:
        """The entrances of stations."""
        return [thing for thing in self.world.things if thing.tags.get("railway", "").endswith("_entrance")]

    @cached_property
    def candidates(self) -> dict[str, list[tuple[Thing, bool]]]:
        """For each need every thing that may answer it, and whether it surely does."""
        found: dict[str, list[tuple[Thing, bool]]] = {key: [] for key in WANTED}
        for thing in self.world.things:
            for key, want in WANTED.items():
                sure = want.sure(thing) and self.world.is_whole(thing.osm_id)
                if sure or want.may(thing):
                    found[key].append((thing, sure))
        return found


class Surroundings:
    """What is around one address."""

    def __init__(self, region: Region, report: Report) -> None:
        self.region, self.report = region, report
        self.here = Point(region.world.xy(report.location.lat, report.location.lon))
        street = re.sub(r"^\S*\d\S* |,.*$", "", report.location.label)
        self.walk: Walk = region.roads.from_point((self.here.x, self.here.y), street.strip())
        self._spans: dict[str, Span] = {}
        self._surely: dict[str, list[tuple[float, Thing]]] = {}

    def span(self, thing: Thing) -> Span:
        """Return the walk to a thing, from below and from above."""
        if thing.osm_id not in self._spans:
            self._spans[thing.osm_id] = self._with_entrances(thing, self.walk.to(thing.osm_id, thing.shape))
        return self._spans[thing.osm_id]

    def _with_entrances(self, thing: Thing, span: Span) -> Span:
        """Take the entrances of a station as ways in: those within 300 m."""
        walks = [self.walk.to(entrance.osm_id, entrance.shape).least for entrance in self.entrances_of(thing)]
        return Span(min((span.least, *walks)), span.most)

    def entrances_of(self, thing: Thing) -> list[Thing]:
        """Return the entrances of a station, none for anything else."""
        if not {"railway", "station", "subway"} & thing.tags.keys():
            return []
        return [entrance for entrance in self.region.entrances if entrance.shape.distance(thing.shape) <= ENTRANCE_M]

    def surely(self, key: str) -> list[tuple[float, Thing]]:
        """Return what surely answers a need, each thing once, with the longest that its walk can be."""
        if key not in self._surely:
            self._surely[key] = list(self._look_for(key))
        return self._surely[key]

    def _look_for(self, key: str) -> Iterator[tuple[float, Thing]]:
        near = [thing for thing, sure in self.region.candidates.get(key, ()) if sure and self._is_near(thing)]
        walks = sorted(
            ((self.span(thing).most, thing) for thing in near), key=lambda found: (found[0], found[1].osm_id)
        )
        kept: list[Thing] = []
        for most, thing in walks:
            if math.isfinite(most) and not any(_may_be_one(thing, other) for other in kept):
                kept.append(thing)
                yield most, thing

    def may_be_within(self, key: str, minutes: float) -> int:
        """Count what may answer a need within a walk."""
        near = [thing for thing, _ in self.region.candidates.get(key, ()) if self._is_near(thing)]
        return sum(LEAST_SHARE * self.span(thing).least - SLACK_MIN <= minutes for thing in near)

    def _is_near(self, thing: Thing) -> bool:
        return self.here.distance(thing.shape) <= REACH_M


def _may_be_one(one: Thing, other: Thing) -> bool:
    """Return whether two things may be one mapped twice: near, and not told apart by their names."""
    if one.shape.distance(other.shape) > TWINS_M:
        return False
    names = {one.tags.get("name", ""), other.tags.get("name", "")}
    return len(names) == 1 or "" in names


def near_statements(around: Surroundings) -> Iterator[Statement]:
    """Yield every statement on places near: of all groups of all sections."""
    for finding in around.report.findings:
        for group in finding.groups:
            key = OTHER_GROUPS.get(group.key, group.key)
            for place in group.places:
                yield from _place_statements(around, key, place)
            if group.key in NEED_GROUPS:
                yield from _group_statements(around, group)
                yield from _twins(around, group)
        for key, text in _needs_in_words(finding):
            yield from _said_of_need(around, key, text)
    for thing in around.report.door:
        yield from _door_statements(around, thing)


def _door_statements(around: Surroundings, thing: DoorThing) -> Iterator[Statement]:
    """Yield that what is at the door is there, and the nearest; or that there is none within so many minutes."""
    if thing.key == "stop" and around.region.timetable is not None:
        return
    nearest = next(iter(around.surely(thing.key)), None)
    if thing.place is not None and thing.minutes is not None:
        yield from _place_statements(around, thing.key, thing.place)
        said = f"at the door: {thing.title}: {thing.place.name}, {thing.minutes} min"
        yield Statement("nearest", said, _wrong_nearest(thing.minutes, nearest))
    elif not thing.why_unknown:
        yield Statement("none", f"at the door: no {thing.title} within 45 min", _wrong_none(nearest, FARTHEST_SAID_MIN))
    elif thing.none_within_min:
        said = f"at the door: no {thing.title} within {thing.none_within_min} min"
        yield Statement("none", said, _wrong_none(nearest, thing.none_within_min))


def green_statements(around: Surroundings) -> Iterator[Statement]:
    """Yield whether a hectare of public green lies within 300 m."""
    told = [fact.value for f in around.report.findings for fact in f.facts if fact.key == "green_within_300_m"]
    for value in (value for value in told if value is not None):
        things = around.region.candidates["green"]
        surely = any(
            sure and _is_green_near(around, thing, GREEN_M2 * 1.2, GREEN_M - SLACK_M) for thing, sure in things
        )
        may = any(_may_be_green_near(around, thing) for thing, _ in things)
        wrong = "there is" if surely and not value else "there is none" if value and not may else ""
        yield Statement("green", f"a hectare of green within 300 m: {value}", wrong)


def _is_green_near(around: Surroundings, thing: Thing, least_m2: float, most_m: float) -> bool:
    return thing.shape.area >= least_m2 and around.here.distance(thing.shape) <= most_m


def _may_be_green_near(around: Surroundings, thing: Thing) -> bool:
    """Return whether a green area near may be large enough: nobody knows it of one that the extract cuts off."""
    least_m2 = GREEN_M2 * 0.8 if around.region.world.is_whole(thing.osm_id) else 0.0
    return _is_green_near(around, thing, least_m2, GREEN_M + SLACK_M)


def _place_statements(around: Surroundings, key: str, place: FoundPlace) -> Iterator[Statement]:
    if not place.osm_id:
        yield from _feed_stop(around, place)
        return
    thing = around.region.world.by_id.get(place.osm_id)
    said = f"{key}: {place.name}, {place.minutes} min, {place.metres:g} m ({place.osm_id})"
    if thing is None:
        yield Statement("exists", said, "no such element in the extract")
        return
    yield Statement("exists", said, _wrong_kind(key, thing) or _wrong_name(around, key, place, thing))
    yield Statement("metres", said, _wrong_metres(around, place, thing))
    yield Statement("walk", said, _wrong_walk(around.span(thing), place.minutes))
    yield Statement("walk", f"{said}: the walk beside the metres", _too_quick(place))


def _wrong_kind(key: str, thing: Thing) -> str:
    want = WANTED.get(key)
    return f"its tags are no {key}: {dict(thing.tags)}" if want and not want.may(thing) else ""


def _wrong_name(around: Surroundings, key: str, place: FoundPlace, thing: Thing) -> str:
    """Return why a place is not called so; one mapped twice may have the name of its twin on the same spot."""
    if "no name" in place.name or key == "stop" or place.name in {value.strip() for value in thing.tags.values()}:
        return ""
    named = (other for other in around.region.world.things if other.tags.get("name", "").strip() == place.name)
    if any(other.shape.intersects(thing.shape) for other in named):
        return ""
    return f"its names are {[value for name, value in thing.tags.items() if 'name' in name]}"


def _wrong_metres(around: Surroundings, place: FoundPlace, thing: Thing) -> str:
    edge = around.here.distance(thing.shape)
    centre = max(edge, around.here.distance(thing.shape.centroid)) if thing.shape.length < 600 else edge
    slack = max(SLACK_M, SLACK_SHARE * centre)
    edge = min((edge, *(around.here.distance(entrance.shape) for entrance in around.entrances_of(thing))))
    return "" if edge - slack <= place.metres <= centre + slack else f"it is {edge:.0f} to {centre:.0f} m away"


def _wrong_walk(span: Span, minutes: float | None) -> str:
    if minutes is None:
        return ""
    if minutes < LEAST_SHARE * span.least - SLACK_MIN:
        return f"no way is shorter than {span.least:.1f} min"
    if minutes > MOST_SHARE * span.most + SLACK_MIN:
        return f"there is a way of {span.most:.1f} min"
    return ""


def _too_quick(place: FoundPlace) -> str:
    """Return why a person would wonder: nobody walks a straight line faster than the pace that the page names."""
    least = place.metres / METRES_PER_MINUTE
    if place.minutes is None or place.minutes >= LEAST_SHARE * least - 0.5:
        return ""
    return f"{place.metres:g} m are {least:.1f} min straight"


def _feed_stop(around: Surroundings, place: FoundPlace) -> Iterator[Statement]:
    timetable = around.region.timetable
    said = f"stop of the timetable: {place.name}, {place.metres:g} m"
    named = [] if timetable is None else timetable.called(place.name)
    far = [around.here.distance(Point(around.region.world.xy(stop.lat, stop.lon))) for stop in named]
    # A station that the map has, too, stands where the map has it.
    mapped = [thing for thing in around.region.world.things if thing.tags.get("name", "").strip() == place.name]
    fits = any(abs(metres - place.metres) <= max(SLACK_M, SLACK_SHARE * metres) for metres in far)
    fits = fits or not all(_wrong_metres(around, place, thing) for thing in mapped)
    nameless = "no name" in place.name or place.name.lower().startswith(("a ", "an "))
    yield Statement(
        "exists", said, "" if fits or nameless else f"stops of that name are {[round(m) for m in far]} m away"
    )


def _group_statements(around: Surroundings, group: Group) -> Iterator[Statement]:
    """Yield the nearest, "none", and the counts of a need."""
    if group.key == "stop" and around.region.timetable is not None:
        return
    sure = around.surely(group.key)
    nearest = sure[0] if sure else None
    if group.nearest_min is None:
        yield Statement("none", f"{group.title}: none within 30 min", _wrong_none(nearest, LISTED_MIN))
    else:
        said = f"{group.title}: the nearest is {group.nearest_min} min away"
        yield Statement("nearest", said, _wrong_nearest(group.nearest_min, nearest))
    for said_count, minutes in ((group.within_15, NEAR_MIN), (group.within_30, LISTED_MIN)):
        yield _count_statement(around, group.key, said_count, minutes)


def _count_statement(around: Surroundings, key: str, said: int, minutes: float) -> Statement:
    least = sum(MOST_SHARE * most + SLACK_MIN <= minutes for most, _ in around.surely(key))
    # What is told as 15 min is within 15 minutes.
    most = around.may_be_within(key, minutes + 0.5)
    wrong = "" if least <= said <= most else f"there are {least} to {most}"
    return Statement("count", f"{key}: {said} within {minutes:g} min", wrong)


def _needs_in_words(finding: Finding) -> Iterator[tuple[str, str]]:
    """Yield each need of which a sentence tells the nearest: in the score of the place, and in what was asked for."""
    if finding.stage == "tier2_scoring":
        yield from ((part.key, part.evidence) for part in finding.parts if part.value is not None)
    for check in finding.checks:
        if check.key.startswith("must_"):
            yield check.key.removeprefix("must_").split(":")[0], check.finding


def _said_of_need(around: Surroundings, key: str, text: str) -> Iterator[Statement]:
    """Yield the nearest, "none", and how many more, of a sentence on one need."""
    if key not in NEED_GROUPS or (key == "stop" and around.region.timetable is not None):
        return
    nearest = next(iter(around.surely(key)), None)
    if re.search(r"there is no(ne| [^.]+) on the map within", text.casefold()):
        yield Statement("none", f"{key}: {text}", _wrong_none(nearest, FARTHEST_SAID_MIN))
    if match := NAME_AND_WALK.search(text):
        # Whole minutes: half a one may be lost.
        yield Statement("nearest", f"{key}: {text}", _wrong_nearest(minutes_in(match["walk"]) - 0.5, nearest))
    if match := re.search(r"(?:and|with) ([\d,]+) more within (\d+) minutes", text):
        yield _count_statement(around, key, int(match[1].replace(",", "")) + 1, float(match[2]))


def _wrong_none(nearest: tuple[float, Thing] | None, within: float) -> str:
    if nearest is None or MOST_SHARE * nearest[0] + SLACK_MIN > within:
        return ""
    return f"{_called(nearest[1])} is {nearest[0]:.1f} min away"


def _wrong_nearest(minutes: float, nearest: tuple[float, Thing] | None) -> str:
    if nearest is None:
        return ""
    gain = minutes - nearest[0]
    if gain <= CLEARLY_NEARER_MIN or gain <= CLEARLY_NEARER_SHARE * minutes:
        return ""
    return f"{_called(nearest[1])} is {nearest[0]:.1f} min away"


def _called(thing: Thing) -> str:
    return f"{thing.tags.get('name', 'one without a name')} ({thing.osm_id})"


def _twins(around: Surroundings, group: Group) -> Iterator[Statement]:
    """Yield, for each two listed places of one name, whether one lies in the other: mapped twice, said twice."""
    things = [around.region.world.by_id.get(place.osm_id) for place in group.places if place.osm_id]
    known = [thing for thing in things if thing is not None and "name" in thing.tags]
    for number, one in enumerate(known):
        for other in known[number + 1 :]:
            if one.tags["name"] == other.tags["name"]:
                once = one.osm_id != other.osm_id and one.shape.distance(other.shape) > 1
                said = f"{group.title}: {_called(one)} beside {_called(other)}"
                yield Statement("mapped once", said, "" if once else "they are one place")
