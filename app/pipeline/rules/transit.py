"""The numbers of the transit score, of the transit section, and of travel times."""

from __future__ import annotations

from dataclasses import dataclass

Points = tuple[tuple[float, float], ...]
Words = tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Transit:
    """Transit score, 0 to 100, from timetables alone, and what its section shows."""

    mode_weights: tuple[tuple[str, float], ...] = (
        ("subway", 2.0),
        ("rail", 2.0),
        ("tram", 1.5),
        ("light_rail", 1.5),
        ("ferry", 1.5),
        ("cable_car", 1.5),
        ("bus", 1.0),
    )
    #: Weekday trips in the better direction of a line that count as one; twice the service is worth 1.4.
    trips_reference: float = 30.0
    service_cap: float = 2.0
    #: Metres on foot to the stop.
    decay: Points = ((200.0, 1.0), (805.0, 0.0))
    sum_full: float = 78.0
    words: Words = (
        (90.0, "outstanding transit"),
        (70.0, "excellent transit"),
        (50.0, "good transit"),
        (25.0, "some transit"),
        (0.0, "little transit"),
    )
    #: What a line of unknown frequency counts for where stops are compared; never in the score.
    untimed_service: float = 0.6
    #: A stop is worth half for each so many minutes further away, where the best one is chosen.
    halves_min: float = 10.0
    #: A timetable whose stations are fewer than this share of the mapped stops is not that of all operators.
    least_share_of_stops: float = 0.25
    #: So many stops mapped without any trip known are stops of another operator.
    several_stops: int = 3
    #: Whoever is this near to the centre walks home (minutes).
    walk_home_min: float = 25.0


@dataclass(frozen=True, slots=True)
class Urban:
    """Travel times, in minutes."""

    #: A walk up to here is named alone, without the rides.
    short_walk_min: float = 20.0
    #: A ride must save this much, else walking is as quick.
    worth_riding_min: float = 1.0
