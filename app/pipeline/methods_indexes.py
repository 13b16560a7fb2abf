"""The methods page on the walk, 15-minute, bike and transit indexes."""

from __future__ import annotations

from app.pipeline.found import MODE_WORDS
from app.pipeline.methods_section import Section, kinds_words, words_sentence
from app.pipeline.methods_travel import travel_section
from app.pipeline.rules.categories import Category, Need
from app.pipeline.rules.profiles import METHODS
from app.wording import number, percent, sentence

OPENSTREETMAP = "OpenStreetMap, © OpenStreetMap contributors, Open Database Licence: openstreetmap.org/copyright"


def index_sections() -> tuple[Section, ...]:
    """Return the sections in the order of the page."""
    return (_walk(), _needs(), _bike(), _transit(), _transit_access(), travel_section(), _schools())


def _walk() -> Section:
    m = METHODS.walk
    total = sum(sum(c.slots) for c in m.categories)
    few, long = m.junction_penalty, m.block_penalty
    return Section(
        key="walk",
        title="Walk index, 0 to 100",
        paragraphs=(
            f"Each category has slots with weights that add up to {number(total)} in all. The best places fill the "
            f"slots: "
            f"a place counts in full up to {number(m.full_m, 0)} m on foot, and less and less up to "
            f"{number(m.none_m, 0)} "
            f"m, by ({number(m.none_m, 0)} - metres) / {number(m.none_m - m.full_m, 0)} to the power of {m.exponent}.",
            "For the index a walk's minutes are turned into metres at 80 m a minute, so that steps count double.",
            f"A sparse street pattern takes up to {number(few[0][1] + long[0][1])} % off: "
            + "; ".join(f"under {x:g} junctions per km² {y:g} %" for x, y in few)
            + "; "
            + "; ".join(f"mean block over {x:g} m {y:g} %" for x, y in long)
            + ". Only the strictest limit of each counts.",
            words_sentence(m.words),
            "This is our own index. Walk Score is a brand of its own; where its official number is shown, it stands "
            "beside ours under its own name.",
        ),
        columns=("Category", "Slot weights, best place first", "What counts"),
        rows=tuple((c.label, ", ".join(f"{w:g}" for w in c.slots), _answers(c)) for c in m.categories),
        sources=(OPENSTREETMAP,),
    )


def _answers(category: Category) -> str:
    said = [
        kinds_words(a.kinds) + ("" if a.quality == 1 else f" at {percent(a.quality)} of the value")
        for a in category.answers
    ]
    return sentence("; ".join(said))


def _needs() -> Section:
    m = METHODS.needs
    return Section(
        key="needs",
        title="15-minute index, 0 to 100",
        paragraphs=(
            f"The mean over {len(m.needs)} daily needs: 1 where the nearest place is within {m.full_min:g} minutes "
            f"on foot, "
            f"falling to 0 at {m.none_min:g} minutes. A need that is not known here is left out of the mean.",
        ),
        columns=("Need", "What answers it"),
        rows=tuple((sentence(need.label), _need_words(need)) for need in m.needs),
        sources=("Moreno and others 2021, Introducing the 15-Minute City, Smart Cities 4(1)", OPENSTREETMAP),
    )


def _need_words(need: Need) -> str:
    if need.key == "primary_school":
        return "Schools that teach the primary level, or whose level the map does not say"
    return sentence(kinds_words(need.kinds))


def _bike() -> Section:
    m = METHODS.bike
    decay = ", ".join(f"{y:g} at {x / 1000:g} km" for x, y in m.decay)
    return Section(
        key="bike",
        title="Bike index, 0 to 100",
        paragraphs=(
            "Each street has a level of traffic stress from 1 (calm) to 4, by its class, lanes, speed limit and "
            "cycle lanes.",
            words_sentence(m.words),
        ),
        columns=("Part", "Weight", "How it is measured"),
        rows=(
            (
                "Paths and lanes",
                percent(m.infrastructure_weight),
                f"Kilometres within {number(m.infrastructure_m, 0)} m, the near ones counting most; full at "
                f"{m.path_full_km:g} km of separate paths or {m.lane_full_km:g} km of painted lanes.",
            ),
            (
                "Reach on quiet streets",
                percent(m.reach_weight),
                f"The share of the daily needs within {number(m.reach_m, 0)} m that can be reached on streets of "
                f"stress "
                f"{m.quiet_stress} or less with a way at most {m.detour:g} times as long.",
            ),
            (
                "Destinations within a ride",
                percent(m.destinations_weight),
                f"The categories of the walk index with cycling distances: {decay}.",
            ),
            (
                "Connected streets",
                percent(m.connectivity_weight),
                f"Junctions per km² within 800 m, full at {m.junctions_full:g}.",
            ),
        ),
        sources=(
            "Level of traffic stress after Conveyal R5",
            "Low-stress reach after PeopleForBikes, Bicycle Network Analysis",
            OPENSTREETMAP,
        ),
    )


def _transit() -> Section:
    m = METHODS.transit
    full, none = m.decay[0][0], m.decay[-1][0]
    return Section(
        key="transit",
        title="Transit index, 0 to 100",
        paragraphs=(
            f"Each route counts once, at its nearest stop: the weight of its mode, times its service (the square "
            f"root of "
            f"weekday trips / {m.trips_reference:g}, {m.service_cap:g} at most), times nearness (in full up to "
            f"{full:g} m on foot, nothing from {none:g} m). The index is 100 times the square root of the sum / "
            f"{m.sum_full:g}, 100 at most.",
            f"A route or stop known from OpenStreetMap alone, without a timetable, counts with a service of "
            f"{m.untimed_factor:g}. Where no stop is mapped and no timetable known, the index is unknown, never 0.",
            words_sentence(m.words),
        ),
        columns=("Mode", "Weight"),
        rows=tuple((sentence(MODE_WORDS[mode]), f"{weight:g}") for mode, weight in m.mode_weights),
        sources=("Timetables (GTFS) of the operators named in the report", OPENSTREETMAP),
    )


def _transit_access() -> Section:
    m = METHODS.transit
    return Section(
        key="transit_access",
        title="Transit access, 0 to 10",
        paragraphs=(
            "The walk to the best stop, how often it is served on a weekday between 7:00 and 19:00, and the trip to "
            "the "
            "nearest city or town centre. Without a timetable the parts that need one are left out and the others "
            "count "
            "for more.",
        ),
        columns=("Part", "Points"),
        rows=(
            ("Walk to the best stop", "; ".join(f"up to {x:g} minutes {y:g}" for x, y in m.walk_points)),
            (
                "Departures an hour",
                "; ".join(f"{word} ({per_hour:g} or more) {points:g}" for per_hour, points, word in m.frequency_points),
            ),
            ("Trip to the centre", "; ".join(f"up to {x:g} minutes {y:g}" for x, y in m.centre_points)),
        ),
    )


def _schools() -> Section:
    return Section(
        key="schools",
        title="Schools and childcare",
        paragraphs=(
            "Childcare and schools within 30 minutes on foot, by the level that the map or the school's name tells; "
            'where neither does, the report says "level unknown". OpenStreetMap holds no ratings of schools, and the '
            "nearest school is not necessarily the one of an official catchment area.",
        ),
        sources=(OPENSTREETMAP,),
    )
