"""What a report's checks say, beside the extract: the nearest of each hazard, and that there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.pipeline.report import Check, Outcome
from tests.truth.near_by import SLACK_M, SLACK_SHARE, Surroundings
from tests.truth.oracles.hazards import HAZARDS
from tests.truth.oracles.world import Thing
from tests.truth.statements import Statement, metres_in

ROADS = re.compile(r"(?:mostly from|from several roads;) (?P<name>.+?), (?P<far>[\d.]+ k?m) (?:north|south|east|west)")


def hazard_statements(around: Surroundings) -> Iterator[Statement]:
    """Yield what every check says that looks for something on the map."""
    for check in (check for finding in around.report.findings for check in finding.checks):
        key = check.key.removeprefix("must_").split(":")[0]
        if key in HAZARDS:
            yield from _check_statements(around, key, check)
        elif match := ROADS.search(check.finding):
            yield _noise_statement(around, match)


def _check_statements(around: Surroundings, key: str, check: Check) -> Iterator[Statement]:
    said = f"{check.title}: {check.outcome.value}, {check.finding}"
    sure = _distances(around, key, sure=True)
    nearest = min(sure, default=None, key=lambda found: found[0])
    if check.outcome is Outcome.PASS:
        yield Statement("no hazard", said, _wrong_pass(check, nearest))
    elif check.outcome in (Outcome.FAIL, Outcome.WARN) and (far := _metres_of(check)) is not None:
        yield Statement("hazard", said, _wrong_distance(far, _distances(around, key, sure=False)))
        # A road of four lanes that fails a check goes before a nearer one that only warns.
        if not (key == "busy_road" and check.outcome is Outcome.FAIL):
            wrong = nearest is not None and nearest[0] < far - _slack(far)
            yield Statement("hazard", f"{said} (the nearest)", _nearer(nearest) if wrong else "")


def _distances(around: Surroundings, key: str, *, sure: bool) -> list[tuple[float, Thing]]:
    want = HAZARDS[key]
    judge = want.sure if sure else want.may
    return [(around.here.distance(thing.shape), thing) for thing in around.region.world.things if judge(thing)]


def _metres_of(check: Check) -> float | None:
    if check.distance_m is not None:
        return check.distance_m
    match = re.search(r"is (under 10 m|[\d.]+ k?m) away", check.finding)
    return metres_in(match[1]) if match else None


def _slack(metres: float) -> float:
    return max(SLACK_M, SLACK_SHARE * metres)


def _wrong_distance(far: float, things: list[tuple[float, Thing]]) -> str:
    if any(abs(metres - far) <= _slack(far) for metres, _ in things):
        return ""
    return (
        f"nothing of that kind is so far away; the nearest is {_nearer(min(things, default=None, key=lambda t: t[0]))}"
    )


def _wrong_pass(check: Check, nearest: tuple[float, Thing] | None) -> str:
    """Return what lies within the distance that the check itself names."""
    within = metres_in(re.sub(r".*nearer than ", "", check.rule) if "nearer than" in check.rule else check.title)
    return _nearer(nearest) if nearest is not None and nearest[0] < within - SLACK_M else ""


def _nearer(nearest: tuple[float, Thing] | None) -> str:
    if nearest is None:
        return "none"
    return f"{nearest[1].tags.get('name', 'one without a name')} ({nearest[1].osm_id}) {nearest[0]:.0f} m away"


def _noise_statement(around: Surroundings, match: re.Match[str]) -> Statement:
    far, name = metres_in(match["far"]), match["name"]
    roads = [thing for thing in around.region.world.things if "highway" in thing.tags and _is_called(thing, name)]
    wrong = _wrong_distance(far, [(around.here.distance(road.shape), road) for road in roads])
    return Statement("hazard", f"Road noise: {match.group()}", wrong)


def _is_called(road: Thing, name: str) -> bool:
    return name.startswith(("a ", "an ")) or name in (
        road.tags.get("name"),
        road.tags.get("ref"),
        road.tags.get("name:en"),
    )
