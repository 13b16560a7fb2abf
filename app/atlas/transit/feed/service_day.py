"""Chooses the day whose timetable stands for all: a typical weekday, found in the feed and never by the clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

#: Days whose trip counts differ by no more than this share are the same kind of day.
ALIKE = 0.02
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


def typical_day(trips_by_day: Mapping[int, int]) -> int:
    """Return the most ordinary day among Tuesday to Thursday (else Monday to Friday, else all days).

    It is the day which most others of its kind resemble in their number of trips, so that a holiday or a
    half-published month cannot win; among equals the one with the most trips, then the earliest.
    """
    for weekdays in (TUESDAY_TO_THURSDAY, MONDAY_TO_FRIDAY, EVERY_DAY):
        days = [day for day in sorted(trips_by_day) if (day - 1) % 7 in weekdays]
        if days:
            return _most_ordinary(np.array(days), np.array([trips_by_day[day] for day in days]))
    raise ValueError("no day has a trip")


def common_day(feeds: Sequence[Mapping[int, int]]) -> int | None:
    """Return the first day that is as ordinary as the typical one in every feed; None where there is none."""
    shared = set.intersection(*(_ordinary_days(counts) for counts in feeds))
    return min(shared, default=None)


def _ordinary_days(trips_by_day: Mapping[int, int]) -> set[int]:
    day = typical_day(trips_by_day)
    usual, weekend = trips_by_day[day], (day - 1) % 7 > max(MONDAY_TO_FRIDAY)
    kind = EVERY_DAY if weekend else TUESDAY_TO_THURSDAY if (day - 1) % 7 in TUESDAY_TO_THURSDAY else MONDAY_TO_FRIDAY
    return {
        other
        for other, count in trips_by_day.items()
        if abs(count - usual) <= ALIKE * usual and (other - 1) % 7 in kind
    }


def _most_ordinary(days: NDArray[np.int64], counts: NDArray[np.int64]) -> int:
    ordered = np.sort(counts)
    low = np.searchsorted(ordered, counts * (1 - ALIKE), "left")
    alike = np.searchsorted(ordered, counts * (1 + ALIKE), "right") - low
    return int(days[np.lexsort((days, -counts, -alike))[0]])
