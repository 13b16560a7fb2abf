"""Chooses the days whose timetables stand for all: a weekday and a weekend, found in the feed, never by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: Days whose trip counts differ by no more than this share are the same kind of day.
ALIKE = 0.02
#: A day is full that has this share of the trips of the busiest week: a feed's ends are thin, and so are holidays.
FULL = 2 / 3
#: A day is of the newest day's season while it shares this much of its trips,
SHARED = 0.5
#: or, in feeds where each date is a service of its own, differs by no more than this and is no further away (days).
NEAR_LEVEL, LONGEST_SEASON, LONGEST_GAP = 0.1, 91, 28
TUESDAY_TO_THURSDAY = (1, 2, 3)
MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
EVERY_DAY = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True)
class WeeklyService:
    """One row of calendar.txt: ordinals of the first and last day, and the weekdays from Monday."""

    first: int
    last: int
    weekdays: tuple[bool, ...]

    def runs(self, day: int) -> bool:
        return self.first <= day <= self.last and self.weekdays[(day - 1) % 7]


@dataclass(frozen=True, slots=True)
class Calendar:
    """When each service runs: by week (calendar.txt) and by date (calendar_dates.txt, True adds, False removes)."""

    weekly: dict[str, WeeklyService] = field(default_factory=dict)
    dated: dict[tuple[str, int], bool] = field(default_factory=dict)

    def active(self, day: int) -> frozenset[str]:
        """Return the services that run on a day."""
        by_week = {service for service, week in self.weekly.items() if week.runs(day)}
        added = {service for (service, date), adds in self.dated.items() if date == day and adds}
        removed = {service for (service, date), adds in self.dated.items() if date == day and not adds}
        return frozenset((by_week | added) - removed)

    def weekdays_shared_by(self, services: Sequence[str]) -> set[int]:
        """Return the days from Monday (0) to Friday on which each of these services ever runs."""
        runs: dict[str, set[int]] = {service: set() for service in services}
        for service in runs.keys() & self.weekly.keys():
            runs[service] |= {day for day, on in enumerate(self.weekly[service].weekdays) if on}
        for (service, date), adds in self.dated.items():
            if adds and service in runs:
                runs[service].add(weekday(date))
        return set.intersection(set(MONDAY_TO_FRIDAY), *runs.values())

    @property
    def span(self) -> tuple[int, int]:
        """The first and the last day that anything is said about."""
        days = [day for week in self.weekly.values() for day in (week.first, week.last)]
        days += [day for _, day in self.dated]
        return min(days), max(days)

    def trips_by_day(self, trips: Mapping[str, int]) -> dict[int, int]:
        """Return how many trips run on each day with any; `trips` says how many each service has."""
        first, counts = self._weekly_counts(trips)
        by_day = {first + i: int(count) for i, count in enumerate(counts)}
        for (service, day), adds in self.dated.items():
            by_week = service in self.weekly and self.weekly[service].runs(day)
            if adds != by_week:
                by_day[day] = by_day.get(day, 0) + (1 if adds else -1) * trips.get(service, 0)
        return {day: count for day, count in sorted(by_day.items()) if count > 0}

    def _weekly_counts(self, trips: Mapping[str, int]) -> tuple[int, NDArray[np.int64]]:
        """Return the first day and the trips of each day after it, by running sums: a service costs one step."""
        if not self.weekly:
            return 0, np.zeros(0, np.int64)
        first = min(week.first for week in self.weekly.values())
        length = max(week.last for week in self.weekly.values()) - first + 1
        steps = np.zeros((7, max(length, 0) + 1), np.int64)
        for service, week in self.weekly.items():
            if week.first <= week.last:
                steps[list(week.weekdays), week.first - first] += trips.get(service, 0)
                steps[list(week.weekdays), week.last - first + 1] -= trips.get(service, 0)
        days = np.arange(steps.shape[1] - 1)
        return first, steps.cumsum(axis=1)[(first + days - 1) % 7, days]


@dataclass(frozen=True, slots=True)
class Season:
    """The newest full timetable: its ordinary weekdays, and the last day on which it runs."""

    days: tuple[int, ...]
    last: int

    @property
    def middle(self) -> int:
        """The ordinary day nearest to the middle, the earlier one of two."""
        return _nearest(self.days, (self.days[0] + self.days[-1]) / 2)


def last_season(calendar: Calendar, trips: Mapping[str, int]) -> Season | None:
    """Return the last season of a feed's Tuesdays to Thursdays, else of Mondays to Fridays, else of all days.

    None where no trip ever runs.
    """
    counts = calendar.trips_by_day(trips)
    for weekdays in (TUESDAY_TO_THURSDAY, MONDAY_TO_FRIDAY, EVERY_DAY):
        days = [day for day in sorted(counts) if weekday(day) in weekdays]
        if days:
            full = _full(days, counts)
            season = _of_newest(full, calendar, trips, counts)
            return Season(tuple(_ordinary(season, counts)), _runs_until(full[-1], counts))
    return None


def weekday(day: int) -> int:
    """Return 0 for Monday to 6 for Sunday."""
    return (day - 1) % 7


def _full(days: Sequence[int], counts: Mapping[int, int]) -> list[int]:
    """Return the days with about as many trips as those of the busiest week; one busy day alone sets no measure."""
    weeks: dict[int, list[int]] = {}
    for day in days:
        weeks.setdefault((day - 1) // 7, []).append(counts[day])
    busiest = max(float(np.median(of_week)) for of_week in weeks.values())
    return [day for day in days if counts[day] >= FULL * busiest]


def _of_newest(
    days: Sequence[int], calendar: Calendar, trips: Mapping[str, int], counts: Mapping[int, int]
) -> list[int]:
    """Return the days that have the timetable of the newest one."""
    newest = days[-1]
    running = {service: trips.get(service, 0) for service in calendar.active(newest)}
    shared = [day for day in days if _shares(calendar.active(day), running)]
    if len(shared) > 1:
        return shared
    season = [newest]
    for day in reversed(days[:-1]):
        alike = abs(counts[day] - counts[newest]) <= NEAR_LEVEL * counts[newest]
        if alike and season[-1] - day <= LONGEST_GAP and newest - day <= LONGEST_SEASON:
            season.append(day)
    return season[::-1]


def _shares(services: frozenset[str], running: Mapping[str, int]) -> bool:
    common = sum(trips for service, trips in running.items() if service in services)
    return common >= SHARED * sum(running.values())


def _ordinary(days: Sequence[int], counts: Mapping[int, int]) -> list[int]:
    """Return the days like which most others are in their number of trips; among equals the fuller ones."""
    many = np.array([counts[day] for day in days])
    ordered = np.sort(many)
    low = np.searchsorted(ordered, many * (1 - ALIKE), "left")
    alike = np.searchsorted(ordered, many * (1 + ALIKE), "right") - low
    usual = many[np.lexsort((-many, -alike))[0]]
    return [day for day in days if abs(counts[day] - usual) <= ALIKE * usual]


def _runs_until(day: int, counts: Mapping[int, int]) -> int:
    """Return the last day of that week on which anything runs."""
    week = range(day, day + 7 - weekday(day))
    return max(other for other in week if other in counts)


def _nearest(days: Sequence[int], middle: float) -> int:
    return min(days, key=lambda day: (abs(day - middle), day))


def common_day(seasons: Sequence[Season]) -> int | None:
    """Return a day that is ordinary in the last season of every feed; None where there is none."""
    shared = sorted(set.intersection(*(set(season.days) for season in seasons)))
    return _nearest(shared, (shared[0] + shared[-1]) / 2) if shared else None


#: How far from the weekday a weekend is looked for, in days.
WEEKEND_WITHIN = 45
#: With so many services a whole timetable has some that run on weekends alone.
WHOLE_WEEK_FROM = 10


def weekend_day(calendar: Calendar, trips: Mapping[str, int], near: int, which: int) -> int | None:
    """Return an ordinary Saturday (5) or Sunday (6) of the season, None where the feed tells nothing of weekends.

    A feed cut out for one weekday keeps the other days of the services that run on it and lacks all others, so that
    its Saturdays would be counted too low: every one of its services runs on that weekday.
    """
    running = [service for service, count in trips.items() if count]
    if len(running) >= WHOLE_WEEK_FROM and calendar.weekdays_shared_by(running):
        return None
    counts, (first, last) = calendar.trips_by_day(trips), calendar.span
    days = range(max(first, near - WEEKEND_WITHIN), min(last, near + WEEKEND_WITHIN) + 1)
    within = [day for day in days if weekday(day) == which]
    served = [day for day in within if day in counts]
    return _nearest(_ordinary(served, counts) if served else within, near) if within else None
