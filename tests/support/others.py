"""What others say of the town on a grid, and reports that hold it."""

from __future__ import annotations

import time
from dataclasses import replace

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.places import Precision
from app.sources.extras import About, Extras, FloodHazard, FloodZone, Missing, OfficialScore, Rating, Ratings
from tests.support.surroundings import ADDRESS, Town, full_grid, location

HOW = "https://www.redfin.com/how-walk-score-works"
SCORES = tuple(
    OfficialScore(about, name, value, word, HOW, "2025-03-04", "2026-03-02")
    for about, name, value, word in (
        (About.WALK, "Walk Score®", 3, "Car-Dependent"),
        (About.TRANSIT, "Transit Score®", 0, ""),
        (About.BIKE, "Bike Score®", 98, "Biker's Paradise"),
    )
)
CAFE = Rating("Good Café", "café", 4.5, 120, "https://www.google.com/maps/search/?api=1")
RATINGS = Ratings("Google Maps", (CAFE,), (), "2026-03-02", 1_772_539_200.0)
MAPS = "https://msc.fema.gov/portal/home"
ALL = Extras(SCORES, RATINGS, FloodZone("AE", FloodHazard.SPECIAL, MAPS, "2026-03-02"))
NONE = Extras(
    missing=(
        Missing(About.WALK, "Walk Score, Transit Score and Bike Score", "Walk Score did not answer."),
        Missing(About.RATINGS, "ratings of places near by", "Google Places refuses to answer this site."),
        Missing(About.FLOOD, "FEMA's flood zone", "FEMA's flood map did not answer."),
    )
)


def rated(seconds: float) -> Extras:
    """Return what others say, with ratings that may be shown for so many seconds more."""
    return replace(ALL, ratings=replace(RATINGS, shown_until=time.time() + seconds))


def reported(others: Extras, precision: Precision = Precision.HOUSE) -> Report:
    """Return the report on an address of which others say this."""
    return evaluate_property(Listing(ADDRESS), Town(full_grid(location=location(precision=precision)), others=others))
