"""From a report to its town: the link to more like it, and one sentence on what is better near by."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, url_for

from app.atlas.atlas import Atlas
from app.config import Config
from app.errors import DoorstepError
from app.pipeline.choosing.likeness import NEAR_MIN, Better, Missed, better_near, missed_at, trips_like, wishes_like
from app.pipeline.report import Report
from app.pipeline.rules.wishes import Wish
from app.views.report import ReportView
from app.web.services import source
from app.web.wishing import AskedOfTown, AskedPlace
from app.wording import day, listed, metres, sentence, with_article

#: How many wishes are met, in words.
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")


@dataclass(frozen=True, slots=True)
class Nearby:
    """What is better near by, as a sentence, and the link to all of the town."""

    words: str
    link: str


def init_app(app: Flask, config: Config) -> None:
    """Give templates the ways from a report to its town."""
    app.jinja_env.globals.update(where_like=where_like, nearby_of=nearby_of)


def where_like(view: ReportView) -> str:
    """Return the link to where else in the town is like this; "" where the report is strong in nothing."""
    report = view.report
    places = tuple(AskedPlace(trip.text, trip.by, trip.within_min) for trip in trips_like(report))
    wishes = wishes_like(report)
    return _link(report, wishes, places) if (wishes or places) and _atlas(report) else ""


def nearby_of(view: ReportView) -> Nearby | None:
    """Return where within 1 km all is met that is not at the address; None where nothing is better, or not known.

    It is so by the region's data of today, whatever the report was made from.
    """
    report = view.report
    missed = missed_at(report)
    atlas = _atlas(report) if missed else None
    if missed is None or atlas is None:
        return None
    better = better_near(atlas, missed.wishes, report.location.lat, report.location.lon, report.listing.profile)
    if better is None:
        return None
    newer = atlas.meta.data_date != report.source.data_date
    since = f" That is by the map data of {day(atlas.meta.data_date)}." if newer else ""
    return Nearby(_words(missed, better) + since, _link(report, missed.wishes))


def _words(missed: Missed, better: Better) -> str:
    """Return "All five wishes are met 600 m north, around Caerau Road."."""
    around = f"around {better.street}" if better.street else ""
    away = f"{metres(better.metres)} {better.direction}"
    if not missed.too_far:
        of = len(missed.wishes)
        what = "Your wish is" if of == 1 else "Both wishes are" if of == 2 else f"All {NUMBERS[of]} wishes are"
        return f"{what} met {', '.join(filter(None, (away, around)))}."
    where, nouns = sentence(", ".join(filter(None, (around, away)))), [with_article(noun) for noun in missed.too_far]
    verb = "is" if len(nouns) == 1 else "are"
    return f"{where}, {listed(nouns)} {verb} within {NEAR_MIN} minutes too, as is the rest."


def _link(report: Report, wishes: tuple[Wish, ...], places: tuple[AskedPlace, ...] = ()) -> str:
    asked = AskedOfTown(report.location.region, wishes, places, report.listing.profile, {}, {})
    return url_for("where.page", **asked.query())  # type: ignore[arg-type]


def _atlas(report: Report) -> Atlas | None:
    """Return the region of a report, None where it is not there any more, or where live data was fetched instead."""
    if report.source.fetched_at:
        return None
    try:
        return source().whole_region(report.location.region)
    except DoorstepError:
        return None
