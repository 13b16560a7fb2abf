"""The result of an evaluation: findings of the stages, the verdict, and how sure they are. Frozen, JSON both ways."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from app.atlas.facts import RegionFacts
from app.pipeline.listing import Listing
from app.places import Location, Question
from app.sources.extras import OfficialScore, Ratings


class State(StrEnum):
    """How a stage ended."""

    MEASURED = "measured"
    #: Some parts are unknown and were left out of the sum.
    PARTIAL = "partial"
    #: Nothing could be measured; `gaps` says why. Never a zero.
    UNKNOWN = "unknown"
    #: The stage raised; the rest of the report stands.
    FAILED = "failed"


class Level(StrEnum):
    """How sure a finding is."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Outcome(StrEnum):
    """What a check found."""

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Confidence:
    """How sure, and why in sentences (empty reasons only with high)."""

    level: Level
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Score:
    """A number with its scale and its word; the name is ours ("Walk index").

    `value` is over what is known. `low` and `high` are what it would be if all that is unknown were worth nothing, or
    everything; None where all is known.
    """

    name: str
    value: float
    out_of: float
    word: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a score. `value` None means unknown: left out and re-weighted."""

    key: str
    label: str
    value: float | None
    out_of: float
    weight: float = 1.0
    #: What it rests on, as a sentence ("Café Ekberg, 2 min").
    evidence: str = ""
    #: The same in few words ("Café Ekberg, a café, is 2 min away"), and what is usual in the town; "" where none are.
    brief: str = ""
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured value for a person and for a program. `value` None: unknown."""

    key: str
    label: str
    value: float | str | bool | None
    unit: str = ""


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A place as the report names it; `kind` is plain words ("supermarket"), minutes None when out of walking reach."""

    name: str
    kind: str
    minutes: float | None
    metres: float
    lat: float
    lon: float
    osm_id: str = ""
    #: Extra words: "public school", "12 ha", "straight line".
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Places that answer one need, nearest first. `nearest_min` None: none within 30 minutes on foot.

    `usual_min` is what half of the region's addresses (or streets) need at most; None where that is not known.
    """

    key: str
    title: str
    nearest_min: float | None
    within_15: int
    within_30: int
    places: tuple[FoundPlace, ...]
    usual_min: float | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A line in one direction at its best stop. None and "" where no timetable is known."""

    name: str
    mode: str
    towards: str
    stop: str
    walk_min: float
    departures_per_hour: float | None
    headway_min: float | None
    weekday_trips: int | None
    first: str = ""
    last: str = ""
    #: How often it runs, as a person says it: "every 20 min, 06:05 to 22:26 (42 a weekday)".
    often: str = ""
    #: "Saturdays 12, Sundays none", "" where the timetable does not tell.
    weekend: str = ""
    agency: str = ""
    evening_trips: int | None = None
    saturday_trips: int | None = None
    sunday_trips: int | None = None
    #: It runs for schools alone.
    is_school_run: bool = False
    #: Weekday departures in each of the 24 hours of the clock, () without a timetable.
    by_hour: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Trip:
    """Travel to one destination, minutes by mode; None: unknown or out of reach, `notes` says which."""

    destination: str
    purpose: str
    walk_min: float | None
    bike_min: float | None
    car_min: float | None
    transit_min: float | None
    transit_range_min: tuple[float, float] | None
    #: A word for the trip, only where the person's own limit says so; "" otherwise.
    word: str
    notes: tuple[str, ...] = ()
    #: What the person typed, where this is a destination of theirs: `destination` is what was found for it.
    typed: str = ""

    @property
    def is_as_quick_on_foot(self) -> bool:
        """Whether no ride saves anything: there is then no time by transit to miss."""
        return AS_QUICK in self.notes


#: What a trip's notes say where walking takes no longer than any ride.
AS_QUICK = "Walking is as quick as any bus or train."


@dataclass(frozen=True, slots=True)
class Check:
    """One safety check or listing wish."""

    key: str
    title: str
    outcome: Outcome
    #: One sentence with the measured distance and the thing's name.
    finding: str
    #: Whole metres, in tens from 1 km on: the check is judged by these.
    distance_m: float | None = None
    rule: str = ""
    evidence: str = ""
    strength: str = ""
    link: str = ""
    #: What was looked for and not found ("petrol stations within 160 m"), so that one line can tell it of many checks.
    nothing: str = ""
    #: In which of the eight directions of the compass it lies, "" at the address or where nothing was found.
    direction: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that is missing from a finding, and the reason."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class MustHaveAnswer:
    """The answer to something that may be asked of the place; it is the same for each of the amounts.

    `key` is a need, a check or "steps" as a must-have names it; `amounts` are minutes or metres.
    """

    key: str
    amounts: tuple[int, ...]
    outcome: Outcome
    finding: str


@dataclass(frozen=True, slots=True)
class Adjustable:
    """What other wishes than the listing's are judged by, so that a report can be scored again from itself alone."""

    #: Of `tier2_scoring`: the parts that the chosen profile does not count, and whether enough is known for a word.
    uncounted: tuple[Part, ...] = ()
    may_have_word: bool = True
    #: Of `tier1_checks`: the answers to all that may be asked of a place.
    answers: tuple[MustHaveAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What one stage found. Every stage has a summary sentence; the rest as it applies."""

    #: The stage's name and the heading of its section: the loop over the stages fills them in.
    stage: str = ""
    title: str = ""
    state: State
    summary: str
    score: Score | None = None
    parts: tuple[Part, ...] = ()
    facts: tuple[Fact, ...] = ()
    groups: tuple[Group, ...] = ()
    routes: tuple[Route, ...] = ()
    trips: tuple[Trip, ...] = ()
    checks: tuple[Check, ...] = ()
    notes: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] = ()
    confidence: Confidence = Confidence(Level.HIGH)
    #: Set by `geocode` only: lets a resumed evaluation go on without locating again.
    location: Location | None = None
    #: Set by `tier1_checks` and `tier2_scoring` alone; reports from before it was kept have none.
    adjustable: Adjustable | None = None
    #: What others say on the same subject; a report to which nobody was asked does not name them.
    official: OfficialScore | msgspec.UnsetType = msgspec.UNSET
    ratings: Ratings | msgspec.UnsetType = msgspec.UNSET


@dataclass(frozen=True, slots=True)
class Influence:
    """One thing that helps or costs, by name and minutes; `brief` and `usual` as in Part."""

    title: str
    detail: str
    brief: str = ""
    usual: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result in one look. `score` None: too little is known to give one; `low` to `high` is its range."""

    score: float | None
    word: str
    sentence: str
    #: What fails of the checks and of the person's own wishes, as sentences: it caps the word and the colour.
    deal_breakers: tuple[str, ...]
    helps: tuple[Influence, ...]
    costs: tuple[Influence, ...]
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class DoorThing:
    """One of the eight things that people ask for first: a food shop, a stop, a school, and so on.

    `minutes` None: none within 45 minutes on foot, or not known; `why_unknown` tells which, "" where it is known.
    """

    #: The need's key, and what the page calls it: "Food shop".
    key: str
    title: str
    #: The number of its pin on the map, from 1 on; things at the same place share it; None without a place.
    number: int | None
    place: FoundPlace | None
    minutes: float | None
    why_unknown: str = ""
    #: Where it is not known: none is within so many minutes all the same, 0 where that is not known either.
    none_within_min: int = 0
    #: Whether the map ends within that walk, so that another may be nearer.
    may_be_nearer: bool = False
    #: "half of Newport's addresses need more than 13 min", "" where nothing may be said; and the town's median.
    beside_town: str = ""
    usual_min: float | None = None


#: Version of the shape of a report. Reports of version 1 called the deal-breakers `baseline_failures`; those of version
#: 2 had no `door` and no `character`.
FORMAT_VERSION = 3


@dataclass(frozen=True, slots=True)
class Report:
    """The whole result of an evaluation. The same atlas and listing give the same bytes."""

    listing: Listing
    location: Location
    verdict: Verdict
    confidence: Confidence
    findings: tuple[Finding, ...]
    source: RegionFacts
    #: Versions of the profile's constants and of this shape.
    profile: str
    methods_version: str
    format_version: int = FORMAT_VERSION
    #: What is at the door, in the order of the page; reports of version 2 and before have none.
    door: tuple[DoorThing, ...] = ()
    #: One sentence of facts on what the address is like, "" where nothing is known, and before version 3.
    character: str = ""

    def finding(self, stage: str) -> Finding | None:
        """Return the finding of a stage, or None where the stage left none."""
        return next((f for f in self.findings if f.stage == stage), None)


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_REPORTS = msgspec.json.Decoder(Report)
_FINDINGS = msgspec.json.Decoder(Finding)


def to_json(value: Report | Finding | Listing | Question) -> bytes:
    """Encode in a fixed field order, so equal values give equal bytes."""
    return msgspec.json.encode(value)


def report_from_json(data: bytes | str) -> Report:
    """Decode a stored report of this version or an earlier one. Raises msgspec.ValidationError."""
    try:
        return _REPORTS.decode(data)
    except msgspec.ValidationError:
        return msgspec.convert(_upgraded(msgspec.json.decode(data)), Report)


def _upgraded(stored: Any) -> Any:
    """Return a stored report of version 1 with the names of this version; it keeps saying what it said."""
    match stored:
        case {"format_version": 1, "verdict": {"baseline_failures": failures} as verdict}:
            return {**stored, "verdict": {**verdict, "deal_breakers": failures}}
    return stored


def finding_from_json(data: bytes | str) -> Finding:
    """Decode a checkpointed finding."""
    return _FINDINGS.decode(data)
