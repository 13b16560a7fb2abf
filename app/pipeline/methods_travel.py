"""The methods page on travel times by bike, car and transit."""

from __future__ import annotations

from app.atlas.streets.rules.bike import PUSHING
from app.atlas.streets.rules.car import CLASS_SPEED_KMH, SERVICE_SPEED_KMH, SHARE_OF_LIMIT
from app.atlas.transit.compile.changes import ACROSS_STREET_M, DETOUR, LONGEST_WALK_S, SAME_NAME_M, SLACK_S
from app.pipeline.methods_section import Section
from app.pipeline.rules.profiles import METHODS
from app.wording import percent, sentence


def travel_section() -> Section:
    """Return the section with what counts as great and ok for each destination."""
    return Section(
        key="urban",
        title="Travel times",
        paragraphs=(
            "To your own destinations where you gave some, else to the nearest city or town centre, railway station, "
            "hospital, airport and university on the map.",
            _bike(),
            _car(),
            *_transit(),
            "The word goes by the quickest of walking, transit and car; the car-free profile leaves the car out.",
        ),
        columns=("Trip to", "Great up to", "OK up to"),
        rows=tuple(
            (sentence("your own destination" if p == "commute" else p), f"{great:g} min", f"{ok:g} min")
            for p, great, ok in METHODS.urban.limits
        ),
        sources=("Car speeds follow the published car profile of OSRM, the Open Source Routing Machine",),
    )


def _bike() -> str:
    return (
        "By bike the way goes where riding is allowed; where only walking is, the bike is pushed and each metre counts "
        f"{PUSHING:.3g}."
    )


def _car() -> str:
    speeds = ", ".join(
        f"{name} {CLASS_SPEED_KMH[key]:g}"
        for name, key in (
            ("motorways", "motorway"),
            ("primary roads", "primary"),
            ("secondary roads", "secondary"),
            ("residential streets", "residential"),
        )
    )
    return (
        f"Car times are for an empty road: {percent(SHARE_OF_LIMIT)} of the speed limit where one is mapped, else a "
        f"usual speed in km/h ({speeds}), {SERVICE_SPEED_KMH:g} in driveways and alleys. One-way streets are kept to; "
        "turning, lights, traffic and parking cost nothing here, so a real drive takes longer."
    )


def _transit() -> tuple[str, str]:
    return (
        "A transit time is the mean over departures in every minute between 7:00 and 9:00, not one lucky departure. "
        "The day is a typical one of the timetable itself: the Tuesday, Wednesday or Thursday that most others are "
        "like, since published timetables have often expired.",
        f"A change takes {SLACK_S:g} seconds and the walk between the stops, {LONGEST_WALK_S / 60:g} minutes at most; "
        f"off the mapped streets that walk is {DETOUR:g} times the straight line. Stops of one station, of one name "
        f"within {SAME_NAME_M:g} m, or within {ACROSS_STREET_M:g} m count as one stop.",
    )
