"""The methods page on the categories of everyday life, the verdict and confidence."""

from __future__ import annotations

from app.pipeline.methods_section import Section, kinds_words, words_sentence
from app.pipeline.rules.profiles import METHODS, METHODS_VERSION, OLD_DATA_BEFORE
from app.wording import percent, sentence

CATEGORY_TITLES = (
    ("green_escape", "Green escape"),
    ("third_place", "Third place"),
    ("provisioning", "Provisioning"),
    ("fitness", "Fitness"),
    ("affordability", "Affordability"),
    ("transit_access", "Transit access"),
)


def verdict_sections() -> tuple[Section, ...]:
    """Return the sections in the order of the page."""
    return (_tier2(), _profiles(), _tier3(), _confidence())


def _tier2() -> Section:
    m = METHODS.tier2
    curve = "; ".join(f"{y:g} at {x:g} minutes" for x, y in m.curve)
    afford = "; ".join(f"{y:g} at {x:g} % of your budget" for x, y in m.affordability_percent)
    walked = f"{m.curve_share:g} times the curve for the nearest, plus up to {m.choice_points:g} for a choice"
    return Section(
        key="lifestyle",
        title="Everyday life: six categories, 0 to 10 each",
        paragraphs=(
            f"Where a walk decides: {m.curve_share:g} times a curve through the nearest place's minutes ({curve}), "
            f"plus up "
            f"to {m.choice_points:g} points for {m.choice_full:g} or more places within {m.choice_min:g} minutes.",
            "The score is the weighted share of the points of all categories that are known, out of 100. With fewer "
            "than "
            f"{m.least_measured} known categories there is no score.",
        ),
        columns=("Category", "How it is measured"),
        rows=(
            ("Green escape", "The best daily walk value"),
            *((c.label, f"{walked}: {kinds_words(c.kinds)}") for c in m.categories),
            ("Affordability", f"Rent or price against your own budget, only when both are given: {afford}"),
            ("Transit access", "Transit access, as above"),
        ),
    )


def _profiles() -> Section:
    return Section(
        key="profiles",
        title="Profiles",
        paragraphs=("A profile is a set of weights for the six categories. It changes nothing that is measured.",),
        columns=("Profile", *(title for _, title in CATEGORY_TITLES), "Idea"),
        rows=tuple(
            (p.title, *(f"{p.weight(key):g}" for key, _ in CATEGORY_TITLES), p.summary) for p in METHODS.profiles
        ),
    )


def _tier3() -> Section:
    m = METHODS.tier3
    return Section(
        key="verdict",
        title="Bonus points and verdict",
        paragraphs=(
            f"{m.bonus:g} points each for parking, outdoor space and {m.bedrooms} or more bedrooms, when the "
            f"listing says "
            f"so; the final score ends at {m.cap:g}.",
            words_sentence(m.words),
            f"The report names up to {m.named} things that help most and {m.named} that cost most: failed checks "
            f"first, then "
            "the categories that gain or lose most points, then warnings, "
            "daily needs out of reach and low indexes.",
        ),
    )


def _confidence() -> Section:
    m, d = METHODS.confidence, METHODS.distances
    return Section(
        key="confidence",
        title="Confidence",
        paragraphs=(
            f"Each section says how sure it is. Any reason makes it medium; a grave one, or {m.reasons_for_low} "
            f"reasons, make "
            "it low. What could not be measured is left out of the sum and never counts as zero. An index is shown "
            "only "
            f"where more than {percent(m.least_known)} of its weight is known.",
            f"This is version {METHODS_VERSION} of the methods. No clock is read: the same map and listing always "
            f"give the "
            "same report, whenever it is made.",
        ),
        columns=("Reason", "Limit"),
        rows=(
            ("The address was not found to the house", "medium; low when only the place was found"),
            (
                f"The map ends within {d.disc_m / 1000:g} km",
                f"medium below {percent(m.covered)} of the area covered, low below {percent(m.barely_covered)}",
            ),
            (
                "Shops, other places or stops are hardly mapped",
                f"low below {m.shops_per_km:g} shops, {m.amenities_per_km:g} other places or {m.stops_per_km:g} "
                f"stops per km of street",
            ),
            ("No timetable is known", "medium, for transit"),
            ("The map is old, or does not say how old it is", f"medium before {OLD_DATA_BEFORE}"),
            (sentence("the nearest walkable street is far"), f"medium beyond {d.snap_warn_m:g} m, low beyond 500 m"),
        ),
    )
