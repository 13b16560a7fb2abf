"""Tells the directions of each line apart, and joins the routes that people know as one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from app.atlas.transit.compile.changes import plane
from app.atlas.transit.compile.day import UNKNOWN_DIRECTION, Day
from app.atlas.transit.contract import Bools, Floats, Ints
from app.atlas.transit.feed.runs import SATURDAY, SUNDAY, WEEKDAY


@dataclass(frozen=True, slots=True)
class Lines:
    """One entry a line and direction: the route that stands for it; and the line of each run."""

    of_run: Ints
    route: Ints
    direction: Ints
    is_school_run: Bools


def lines_of(day: Day, place: Ints) -> Lines:
    """Join routes of one operator, mode and name that go the same way; never two directions of one route.

    `place` numbers the stops; those that face each other across a street have the same number.
    """
    direction = directions(day, place)
    ways, of_run = np.unique(np.column_stack([day.run_route, direction]), axis=0, return_inverse=True)
    of_run = of_run.ravel()
    line_of: dict[tuple[str, str], int] = {}
    holds: dict[int, set[int]] = {}
    joined = np.arange(len(ways))
    for way, (route, _) in enumerate(ways.tolist()):
        sign = day.headsigns[int(np.bincount(day.run_headsign[of_run == way]).argmax())]
        line = line_of.setdefault((day.lines[route], sign.casefold()), way)
        if route not in holds.setdefault(line, set()):
            joined[way] = line
        holds[int(joined[way])] = holds.get(int(joined[way]), set()) | {route}
    kept, number = np.unique(joined, return_inverse=True)
    route, way = ways[kept].astype(np.int32).T
    return Lines(number[of_run].astype(np.int32), route, way, _school_runs(day, route)[route])


def directions(day: Day, place: Ints) -> Ints:
    """Return 0 or 1 for each run: the direction its feed gives, else with its route's longest run or against it.

    A feed that gives all runs of a route one direction tells nothing: some write 0 everywhere.
    """
    found = day.run_direction.copy()
    starts = np.searchsorted(day.call_run, np.arange(len(found) + 1)).astype(np.int32)
    points = plane(day.lats, day.lons)
    for runs in _runs_of_routes(day):
        told = found[runs]
        if (told == told[0]).all():
            found[runs] = _along_longest(day, place, points, starts, runs)
        elif (told == UNKNOWN_DIRECTION).any():
            lost = runs[told == UNKNOWN_DIRECTION]
            found[lost] = _along_longest(day, place, points, starts, lost)
    return found


def _runs_of_routes(day: Day) -> Iterator[Ints]:
    order = np.argsort(day.run_route, kind="stable")
    bounds = np.flatnonzero(np.diff(day.run_route[order])) + 1
    return (part.astype(np.int32) for part in np.split(order, bounds) if len(part))


#: The ends of a run are those of the longest one swapped where that way round they lie this much nearer.
SWAPPED = 0.5


def _along_longest(day: Day, place: Ints, points: Floats, starts: Ints, runs: Ints) -> Ints:
    longest = runs[int(np.argmax(starts[runs + 1] - starts[runs]))]
    model = day.call_stop[starts[longest] : starts[longest + 1]]
    rank = {int(place[stop]): number for number, stop in reversed(list(enumerate(model.tolist())))}
    ends = points[model[[0, -1]]]
    known: dict[bytes, int] = {}
    found: Ints = np.zeros(len(runs), np.int32)
    for number, run in enumerate(runs.tolist()):
        way = day.call_stop[starts[run] : starts[run + 1]]
        key = way.tobytes()
        if key not in known:
            ranks = [rank[stop] for stop in place[way].tolist() if stop in rank]
            known[key] = int(_goes_back(points[way[[0, -1]]], ends, ranks))
        found[number] = known[key]
    return found


def _goes_back(run: Floats, model: Floats, ranks: list[int]) -> bool:
    """Return whether a run, of these ends and passing stations in this order of the longest one's, goes the other way.

    Whoever begins where the other ends and ends where it begins goes back, whatever lies between: many lines ride round
    a suburb the same way on both journeys.
    """
    apart_forth, apart_back = (np.hypot(*(run - ends).T).sum() for ends in (model, model[::-1]))
    if apart_back < SWAPPED * apart_forth:
        return True
    if len(ranks) > 1:
        return bool(np.sign(np.diff(ranks)).sum() < 0)
    return bool((run[1] - run[0]) @ (model[1] - model[0]) < 0)


#: A bus that nobody calls a school bus is one by its times: so few runs each way, all of them around school.
FEW_RUNS = 2
SCHOOL_HOURS_S = ((7 * 3600, 9 * 3600 + 1800), (14 * 3600 + 1800, 17 * 3600))


def _school_runs(day: Day, routes: Ints) -> Bools:
    """Return for every route of the day whether the line it belongs to runs for schools."""
    found: Bools = np.array([route.is_school for route in day.routes], np.bool_)
    begins = day.departure[np.searchsorted(day.call_run, np.arange(len(day.run_route)))]
    line_numbers = {line: number for number, line in enumerate(dict.fromkeys(day.lines))}
    line = np.array([line_numbers[text] for text in day.lines], np.int32)
    of_run = line[day.run_route]
    weekend = np.unique(of_run[np.isin(day.run_day, (SATURDAY, SUNDAY))])
    own = (day.run_day == WEEKDAY) & ~day.run_carried
    for route in np.unique(routes).tolist():
        times = begins[own & (of_run == line[route])]
        by_times = day.routes[route].mode == "bus" and line[route] not in weekend and _are_school_times(times)
        found[route] = found[route] or by_times
    return found


def _are_school_times(begins: Ints) -> bool:
    inside = [(begins >= first) & (begins <= last) for first, last in SCHOOL_HOURS_S]
    return (
        0 < len(begins) <= 2 * FEW_RUNS
        and all(int(each.sum()) <= FEW_RUNS for each in inside)
        and bool(np.all(inside[0] | inside[1]))
    )
