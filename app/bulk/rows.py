"""A report in one row of the table of a region: the figures that people sort and map by, as the report says them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.pipeline.comparing import FARTHEST_MIN, NOT_KNOWN
from app.pipeline.door import THINGS
from app.pipeline.found import LISTED_MIN
from app.pipeline.report import Check, DoorThing, Fact, Finding, Group, Score, Verdict
from app.pipeline.rules.profiles import METHODS
from app.places import Location

#: A cell of a row. A number that is None is not known, or there is nothing: the text beside it (`told_by`) says which.
Cell = str | float | None
Row = Sequence[Cell]

#: What the texts of a row say where there is no name.
NONE_AT_ALL, NO, YES = "none", "no", "yes"
NO_WORD = "too much is not known for a word"
NONE_AT_DOOR = f"none within {FARTHEST_MIN} min"
NONE_LISTED = f"none within {LISTED_MIN} min"
EVALUATED = "evaluated"
#: The state of an address whose tile did not end well, before the reason.
MISSING = "not evaluated"

#: The sections that a row shows or that its verdict needs, in the order of a report.
STAGES = (
    *("bike_score", "neighborhood", "green_spaces", "green_escape", "transit_score", "walk_scores", "tier1_checks"),
    "tier2_scoring",
)
#: Indexes by the stage that measures them.
INDEXES = {
    "within_15": "neighborhood",
    "walk": "walk_scores",
    "bike": "bike_score",
    "transit": "transit_score",
    "green_escape": "green_escape",
}
NEEDS = tuple(dict.fromkeys((*THINGS, *METHODS.needs.needs)))
CHECKS = (*(rule.key for rule in METHODS.safety.rules), "road_noise")
#: How many checks ended in which way, by the fact that counts them.
OUTCOMES = {"checks_failed": "fail", "warnings": "warn", "checks_unknown": "unknown", "checks_passed": "pass"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: a number, or a text that is never empty. `told_by` is the text that says why a number is missing."""

    name: str
    is_number: bool = False
    told_by: str = ""


def _columns() -> tuple[Column, ...]:
    found = [Column("address"), Column("lat", is_number=True), Column("lon", is_number=True), Column("state")]
    found += [Column(name, is_number=True) for name in ("score", "low", "high")]
    found += [Column("word"), Column("deal_breakers")]
    for name in INDEXES:
        found += [Column(name, is_number=True, told_by=f"{name}_word"), Column(f"{name}_word")]
    for key in NEEDS:
        found += [Column(f"{key}_min", is_number=True, told_by=key), Column(key)]
    found += [Column("green_within_300_m"), Column("green_space")]
    found += [Column(name, is_number=True, told_by="green_space") for name in ("green_space_min", "green_space_ha")]
    for key in CHECKS:
        found += [Column(f"check_{key}"), Column(f"check_{key}_m", is_number=True, told_by=f"check_{key}")]
    found += [Column(name, is_number=True) for name in OUTCOMES]
    return (*found, Column("not_known"))


COLUMNS = _columns()


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The parts of a report that a row is made of."""

    location: Location
    verdict: Verdict
    findings: Mapping[str, Finding]
    door: Sequence[DoorThing]


def row_of(report: Evaluated) -> tuple[Cell, ...]:
    """Return the cells of a report, one for each of COLUMNS."""
    return (
        report.location.label,
        float(report.location.lat),
        float(report.location.lon),
        EVALUATED,
        *_verdict(report.verdict),
        *(cell for stage in INDEXES.values() for cell in _index(report.findings.get(stage))),
        *(cell for key in NEEDS for cell in _need(report, key)),
        *_green(report.findings),
        *_checks(report.findings.get("tier1_checks")),
        _not_known(report.findings),
    )


def missing_row(location: Location, why: str) -> tuple[Cell, ...]:
    """Return the row of an address that was not evaluated, with the reason; every other text says so, too."""
    told = f"{MISSING}: {why}" if why else MISSING
    own: dict[str, Cell] = {
        "address": location.label, "lat": float(location.lat), "lon": float(location.lon), "state": told
    }  # fmt: skip
    return tuple(own.get(column.name, None if column.is_number else MISSING) for column in COLUMNS)


def _verdict(verdict: Verdict) -> tuple[Cell, ...]:
    """Return the score with its range, which is the score itself where all is known."""
    low, high = (verdict.score if end is None else end for end in (verdict.low, verdict.high))
    breakers = " ".join(verdict.deal_breakers) or NONE_AT_ALL
    return _number(verdict.score), _number(low), _number(high), verdict.word or NO_WORD, breakers


def _index(finding: Finding | None) -> tuple[Cell, Cell]:
    if finding is None or finding.score is None:
        return None, NOT_KNOWN
    return _number(finding.score.value), _word(finding.score)


def _word(score: Score) -> str:
    """Return a score's word; one that has a range instead is the least that it may be."""
    return score.word or ("at least" if score.high is not None else NO_WORD)


def _need(report: Evaluated, key: str) -> tuple[Cell, Cell]:
    """Return the minutes on foot to the nearest and its name: at the door, else in the needs' section."""
    if key in THINGS:
        thing = next((thing for thing in report.door if thing.key == key), None)
        return _door_cells(thing)
    finding = report.findings.get("neighborhood")
    part = next((part for part in finding.parts if part.key == key), None) if finding else None
    if finding is None or part is None or part.value is None:
        return None, NOT_KNOWN
    return _group_cells(next((group for group in finding.groups if group.key == key), None))


def _door_cells(thing: DoorThing | None) -> tuple[Cell, Cell]:
    if thing is None or thing.why_unknown:
        return None, NOT_KNOWN
    if thing.place is None or thing.minutes is None:
        return None, NONE_AT_DOOR
    return _number(thing.minutes), thing.place.name


def _group_cells(group: Group | None) -> tuple[Cell, Cell]:
    if group is None or group.nearest_min is None or not group.places:
        return None, NONE_LISTED
    return _number(group.nearest_min), group.places[0].name


def _green(findings: Mapping[str, Finding]) -> tuple[Cell, ...]:
    """Return whether large green is near, and the best place for a daily walk with its minutes and hectares."""
    near = _fact(findings.get("green_spaces"), "green_within_300_m")
    told = NOT_KNOWN if near is None or near.value is None else YES if near.value else NO
    escape = findings.get("green_escape")
    if (name := _fact(escape, "escape")) is None:
        return told, NONE_AT_ALL if escape is not None and escape.score is not None else NOT_KNOWN, None, None
    return told, str(name.value), *(_number_in(escape, key) for key in ("escape_walk", "escape_area"))


def _checks(finding: Finding | None) -> tuple[Cell, ...]:
    checks: dict[str, Check] = {check.key: check for check in finding.checks} if finding else {}
    cells: list[Cell] = []
    for key in CHECKS:
        check = checks.get(key)
        cells += [check.outcome.value, _number(check.distance_m)] if check else [NOT_KNOWN, None]
    return (*cells, *(_number_in(finding, key) for key in OUTCOMES.values()))


def _not_known(findings: Mapping[str, Finding]) -> str:
    """Return what the sections of a row lack, each once, as the report names it."""
    gaps = (gap.what for stage in STAGES if (finding := findings.get(stage)) for gap in finding.gaps)
    return "; ".join(dict.fromkeys(gaps)) or "nothing"


def _fact(finding: Finding | None, key: str) -> Fact | None:
    return next((fact for fact in finding.facts if fact.key == key), None) if finding else None


def _number_in(finding: Finding | None, key: str) -> float | None:
    fact = _fact(finding, key)
    return float(fact.value) if fact is not None and isinstance(fact.value, (int, float)) else None


def _number(value: float | None) -> float | None:
    return None if value is None else float(value)


# --- what a number that is missing says -----------------------------------------------------------------

_PLACES: dict[str, int] = {column.name: at for at, column in enumerate(COLUMNS)}


def why_missing(row: Row, column: Column) -> str:
    """Return why a row has no number in a column: that there is none, or that it is not known."""
    if row[_PLACES["state"]] != EVALUATED:
        return MISSING
    told = row[_PLACES[column.told_by]] if column.told_by else NOT_KNOWN
    if column.name.startswith("check_"):
        return NOT_KNOWN if told in (NOT_KNOWN, "unknown") else NONE_AT_ALL
    return told if told in (NONE_AT_DOOR, NONE_LISTED, NONE_AT_ALL) else NOT_KNOWN
