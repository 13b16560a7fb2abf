"""Reports built by hand: one in which much is known, one in which nearly nothing is."""

from __future__ import annotations

from app.atlas.facts import RegionFacts
from app.pipeline.listing import Listing
from app.pipeline.report import (
    Check,
    Confidence,
    Fact,
    Finding,
    FoundPlace,
    Gap,
    Group,
    Influence,
    Level,
    Outcome,
    Part,
    Report,
    Route,
    Score,
    State,
    Trip,
    Verdict,
)
from app.places import Answer, Location, Precision

LOCATION = Location(60.1637, 24.9366, "Bulevardi 12, Helsinki", Precision.HOUSE, "helsinki")
SOURCE = RegionFacts("helsinki", "Central Helsinki", "2019-04-21", "Data from OpenStreetMap.")

WALK = Finding(
    stage="walk_scores",
    title="Walk index",
    state=State.MEASURED,
    summary="Nearly every errand can be done on foot.",
    score=Score("Walk index", 96.4, 100, "walker's paradise"),
    parts=(
        Part("grocery", "Groceries", 3.0, 3.0, 1.0, "S-market, 2 min"),
        Part("books", "Books", None, 1.0, 1.0, "No library or bookshop is mapped."),
    ),
    facts=(Fact("junctions", "Street junctions", 83.2, "per km²"), Fact("blocks", "Mean block", None, "m")),
    notes=("Street pattern within 800 m.",),
)
NEEDS = Finding(
    stage="neighborhood",
    title="Daily needs",
    state=State.PARTIAL,
    summary="9 of 13 needs are within 15 minutes.",
    score=Score("15-minute index", 71.0, 100),
    groups=(
        Group(
            "grocery",
            "Groceries",
            2.2,
            4,
            9,
            (FoundPlace("S-market", "supermarket", 2.2, 180.0, 60.16, 24.93, "n123"),),
        ),
        Group("childcare", "Childcare", None, 0, 0, ()),
    ),
    gaps=(Gap("playgrounds", "The search leaves the region to the south."),),
    confidence=Confidence(Level.MEDIUM, ("The region ends 600 m away.",)),
)
CHECKS = Finding(
    stage="tier1_checks",
    title="Safety checks",
    state=State.PARTIAL,
    summary="One check needs a second look.",
    checks=(
        Check(
            "fuel",
            "Fuel station",
            Outcome.PASS,
            "None within 160 m.",
            None,
            "Fails below 50 m.",
            "Hilpert 2019",
            "moderate",
        ),
        Check("rail", "Railway", Outcome.WARN, "A main line passes at 42 m.", 42.0, "Warns below 50 m."),
        Check("quarry", "Quarry", Outcome.FAIL, "The quarry is 80 m away.", 80.0, link="https://example.org/flood"),
        Check("runway", "Runway", Outcome.UNKNOWN, "The map ends before 2 km."),
        Check("power", "Power line", Outcome.PASS, "None is near.", nothing="power lines within 50 m"),
        Check("flood", "Water", Outcome.PASS, "None.", link="https://example.org/map", nothing="water within 50 m"),
    ),
)
TRANSIT = Finding(
    stage="transit_access",
    title="Transit access",
    state=State.PARTIAL,
    summary="The nearest stop is 3 minutes away.",
    score=Score("Transit access", 6.5, 10, "good"),
    routes=(
        Route("6", "tram", "Hietalahti", "Fredrikinkatu", 3.1, 6.0, 10.0, 120, "05:40", "25:10"),
        Route("", "bus", "", "Bulevardi", 4.0, None, None, None),
    ),
    trips=(
        Trip("Central station", "main station", 14.0, 6.0, 5.0, 12.0, (10.0, 17.0), "great"),
        Trip("Airport", "airport", None, None, 28.0, None, None, "", ("No timetable covers this trip.",)),
    ),
)
COMMUTES = Finding(
    stage="urban_access",
    title="Getting around",
    state=State.PARTIAL,
    summary="Kaivokatu 1, Helsinki: 12 min on foot.",
    trips=(
        Trip("Kaivokatu 1, Helsinki", "commute", 12.0, 5.0, 4.0, None, None, "great", (), "station"),
        Trip("Bulevardi 12, Helsinki", "commute", 0.0, None, None, None, None, "great", (), "bulevardi 12 helsinki"),
    ),
    gaps=(Gap("atlantis", "“atlantis” was not found in Central Helsinki."),),
)
BLIND = Finding(
    stage="transit_score",
    title="Transit index",
    state=State.UNKNOWN,
    summary="Transit could not be scored here.",
    gaps=(Gap("stops", "No stop is mapped and no timetable was imported."),),
    confidence=Confidence(Level.LOW, ("Nothing to measure.",)),
)

VERDICT = Verdict(
    score=78.3,
    word="1 deal-breaker",
    sentence="Quarry at 80 m. Apart from that: nearly everything close by, 78 of 100.",
    deal_breakers=("Quarry at 80 m.",),
    helps=(Influence("Groceries", "S-market, 2 min"),),
    costs=(Influence("Green space", "the nearest park is 24 min away"),),
)
NO_VERDICT = Verdict(None, "", "Too little is known here to give a score.", (), (), ())


def report(verdict: Verdict = VERDICT, *findings: Finding, listing: Listing | None = None) -> Report:
    """Build a report; without findings it gets one of each kind."""
    return Report(
        listing=listing or Listing("12 Bulevardi, Helsinki"),
        location=LOCATION,
        verdict=verdict,
        confidence=Confidence(Level.MEDIUM, ("The region ends 600 m away.",)),
        findings=findings or (WALK, NEEDS, CHECKS, TRANSIT, BLIND),
        source=SOURCE,
        profile="balanced",
        methods_version="2026.1",
    )


def unknown_report() -> Report:
    """Build a report in which nothing could be measured."""
    return report(NO_VERDICT, BLIND)


def commuting_report() -> Report:
    """Build a report on three destinations: one chosen when asked, one not found, one the address itself."""
    typed = ("station", "atlantis", "bulevardi 12 helsinki")
    listing = Listing("boulevard 12", rent=900.0, destinations=typed, answers=(Answer("station", LOCATION),))
    return report(VERDICT, WALK, COMMUTES, listing=listing)
