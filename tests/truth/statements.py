"""A statement of a report beside the truth, and how texts of a report are read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass

from app.pipeline.report import Finding, Report

#: A walk as reports write it, after the name of where it leads.
NAME_AND_WALK = re.compile(r"(?P<name>[^:;]+?), (?P<walk>under 1 min|\d+ h(?: \d+ min)?|\d+ min) on foot")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing that a report says; `truth` is what is so instead, "" where it holds."""

    kind: str
    said: str
    truth: str = ""


def minutes_in(text: str) -> float:
    """Return the minutes of "under 1 min", "7 min", "1 h 5 min"."""
    if text.startswith("under"):
        return 0.5
    hours, minutes = re.search(r"(\d+) h", text), re.search(r"(\d+) min", text)
    return 60.0 * int(hours[1] if hours else 0) + float(minutes[1] if minutes else 0)


def metres_in(text: str) -> float:
    """Return the metres of "under 10 m", "120 m", "1.2 km"."""
    match = re.search(r"([\d,.]+) (km|m)\b", text)
    if match is None:
        raise ValueError(text)
    value = float(match[1].replace(",", ""))
    return 5.0 if text.startswith("under") else value * (1_000 if match[2] == "km" else 1)


def texts_of(value: object) -> Iterator[str]:
    """Yield every text for people in a finding or a part of one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_of(item)
    elif is_dataclass(value):
        for field in fields(value):
            if field.name not in ("osm_id", "link", "key", "stage", "kind", "listing", "source"):
                yield from texts_of(getattr(value, field.name))


def sections_of(report: Report) -> Iterator[Finding]:
    """Yield the findings that a page shows as sections."""
    yield from (finding for finding in report.findings if finding.stage not in ("geocode", "saving"))
