"""A report as text: what a golden file holds, and what tests look through."""

from __future__ import annotations

from collections.abc import Iterator

from app.pipeline.report import DoorThing, Finding, Report


def report_text(report: Report) -> str:
    """Return the verdict and every section with its values; places only as the nearest of each group."""
    return "\n".join(_lines(report)) + "\n"


def sentences(report: Report) -> Iterator[str]:
    """Yield every sentence that a person reads, without names."""
    yield report.verdict.sentence
    yield report.character
    yield from report.confidence.reasons
    for finding in report.findings:
        yield finding.summary
        yield from finding.notes
        yield from (gap.why for gap in finding.gaps)
        yield from (check.finding for check in finding.checks)
        yield from (check.evidence for check in finding.checks)
        yield from finding.confidence.reasons
        yield from (part.evidence for part in finding.parts)
        yield from (note for trip in finding.trips for note in trip.notes)


def _lines(report: Report) -> Iterator[str]:
    yield f"{report.location.label} ({report.location.precision}), methods {report.methods_version}, {report.profile}"
    yield f"data of {report.source.title}: {report.source.data_date} {', '.join(report.source.feeds)}".strip()
    yield f"VERDICT {report.verdict.score} {report.verdict.sentence}"
    yield f"  {report.character}"
    yield from (f"  + {i.title}: {i.detail}" for i in report.verdict.helps)
    yield from (f"  - {i.title}: {i.detail}" for i in report.verdict.costs)
    yield f"  {report.confidence.level} confidence: {' '.join(report.confidence.reasons)}"
    yield from (f"  door {_at_the_door(thing)}" for thing in report.door)
    for finding in report.findings:
        yield ""
        yield from _section(finding)


def _at_the_door(thing: DoorThing) -> str:
    if thing.place is None:
        return f"{thing.key}: {thing.why_unknown or 'none'}"
    return f"{thing.number} {thing.key}: {thing.place.name}, {thing.minutes} min; {thing.beside_town or '-'}"


def _section(finding: Finding) -> Iterator[str]:
    yield f"{finding.stage} [{finding.state}] {finding.title}: {finding.summary}"
    if finding.score:
        yield f"  score {finding.score.value} of {finding.score.out_of:g} {finding.score.word}".rstrip()
    yield from (f"  part {p.key} {p.value} of {p.out_of:g} * {p.weight:g}: {p.evidence}" for p in finding.parts)
    yield from (f"  fact {f.key} = {f.value} {f.unit}".rstrip() for f in finding.facts)
    for g in finding.groups:
        nearest = f"{g.places[0].name}, {g.places[0].kind} {g.places[0].detail}".rstrip() if g.places else "-"
        yield f"  group {g.key} {g.nearest_min} min, {g.within_15} / {g.within_30}: {nearest}"
    for r in finding.routes:
        yield f"  route {r.mode} {r.name} at {r.stop}, {r.walk_min} min, {r.departures_per_hour} an hour"
    for t in finding.trips:
        yield f"  trip {t.destination}: {t.walk_min} / {t.bike_min} / {t.car_min} / {t.transit_min} {t.word}".rstrip()
    yield from (f"  check {c.key} {c.outcome}: {c.finding}" for c in finding.checks)
    yield from (f"  note {note}" for note in finding.notes)
    yield from (f"  gap {gap.what}: {gap.why}" for gap in finding.gaps)
    yield f"  {finding.confidence.level} confidence: {' '.join(finding.confidence.reasons)}".rstrip()
