"""What the methods page is written from: the very constants that the program computes with."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from app import places, what_counts
from app.atlas import facts
from app.atlas.geocoder.language import languages
from app.atlas.geocoder.search import houses
from app.atlas.streets.rules import bike, car, walk
from app.atlas.transit import contract, journeys
from app.atlas.transit.compile import changes
from app.avoided import THROUGH_STREET
from app.needs import NEED, Need
from app.pipeline.found import LISTED_MIN, MODE_NOUNS, kind_noun
from app.pipeline.rules import flood_zones, headline, must_haves, profiles, wishes
from app.pipeline.rules.categories import Category
from app.pipeline.rules.headline import TRANSIT
from app.places import Kind
from app.sources import deciding, pins
from app.sources.live.extras import extras, ratings
from app.wording import listed, percent, plural, sentence

#: The sections in the order of the page, by the key that a link names.
TITLES = MappingProxyType(
    {
        "locating": "Where it is",
        "counts": "What counts as what",
        "walking": "Walking time and distance",
        "walk": "Errands on foot, 0 to 100",
        "needs": "Within 15 minutes, 0 to 100",
        "bike": "Cycling, 0 to 100",
        "transit_access": "Stops and lines",
        "transit": "Transit, 0 to 100",
        "urban": "Travel times",
        "schools": "Schools and childcare",
        "green": "Daily walk value of a green space, 0 to 10",
        "checks": "Safety checks",
        "noise": "Road noise estimate",
        "headline": "The score of a place, 0 to 100",
        "profiles": "Profiles",
        "must_haves": "Must-haves",
        "verdict": "The verdict, and the home",
        "confidence": "Confidence",
        "others": "What others say",
        "where": "Where to look",
    }
)
#: The parts of the score that a profile weighs.
WEIGHTED = (
    *((need.key, sentence(NEED[need.key].noun)) for need in profiles.METHODS.headline.needs),
    (TRANSIT, "Transit"),
)


def methods_context() -> dict[str, object]:
    """Return what `methods.html` reads: constants by name, modules of them, and words for kinds of place."""
    return {
        "titles": TITLES,
        "languages": len(languages()),
        "locating": places,
        "houses": houses,
        "deciding": deciding,
        "pins": pins,
        "rules": profiles.METHODS,
        "old_data_before": profiles.OLD_DATA_BEFORE,
        "listed_min": LISTED_MIN,
        "facts": facts,
        "steps_pace": _share(walk.SECONDS_PER_METRE / walk.STEPS_SECONDS_PER_METRE),
        "cycling": bike,
        "driving": car,
        "timetables": contract,
        "journeys": journeys,
        "changes": changes,
        "mode_nouns": MODE_NOUNS,
        "weighted": WEIGHTED,
        "need_of": NEED,
        "must_haves": must_haves,
        "wishes": wishes,
        "through_street_m": THROUGH_STREET.amounts_m[0],
        "ratings": ratings,
        "extras": extras,
        "flood_zones": flood_zones,
        "profiles": headline.PROFILES,
        "kind_noun": kind_noun,
        "what_counts": what_counts,
        "kinds": kinds,
        "kinds_decided": kinds_decided,
        "kinds_by_value": kinds_by_value,
        "kinds_of_need": kinds_of_need,
    }


def kinds(found: Iterable[Kind]) -> str:
    """Return kinds as plural nouns in a list."""
    return listed([plural(kind_noun(kind)) for kind in found])


def kinds_by_value(category: Category) -> str:
    """Return what fills a category's slots; what counts for less says for how much."""
    said = [
        kinds(answer.kinds) + ("" if answer.quality == 1 else f" at {percent(answer.quality)} of the value")
        for answer in category.answers
    ]
    return sentence("; ".join(said))


def kinds_decided(decision: what_counts.Decision) -> str:
    """Return the kinds that a decision is on."""
    return sentence(kinds(decision.kinds))


def kinds_of_need(need: Need) -> str:
    """Return what answers a need."""
    return sentence(kinds(need.kinds))


def _share(share: float) -> str:
    return "half" if share == 0.5 else percent(share) + " of"
