"""From answers at every home to what is shown: how many meet all, the best streets, and the squares of the map."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from app.geo import METRES_PER_DEGREE, Floats, metres_per_degree_lon
from app.pipeline.choosing.criteria import MET, SHORT, UNKNOWN, Criterion

Integers = NDArray[np.int64]
Standings = NDArray[np.int8]


class Standing(IntEnum):
    """How a home stands, the best first. Asking for more can only move it down.

    Homes at which something is not known are as good as that is: they stand after those that are surely one short, and
    before those that are two short whatever it is.
    """

    ALL = 0
    ONE_SHORT = 1
    UNKNOWN = 2
    TWO_SHORT = 3
    MORE_SHORT = 4


#: Sums of the same weights in another order must be the same.
DIGITS = 6
#: Bits of a home's standing and share (in thousandths), of its misses (in hundredths) and its efforts (in thousandths).
RANK_BITS, MISS_BITS, EFFORT_BITS = 14, 14, 10
#: Streets whose homes are this much alike are told apart by how little they miss.
STREET_DIGITS = 2


@dataclass(frozen=True)
class Ranking:
    """How every home of a town stands; shape (homes,) each."""

    criteria: tuple[Criterion, ...]
    #: What no home knows: said once, and counted nowhere.
    unknown: tuple[Criterion, ...]
    standings: Standings
    #: Share of the wishes met, 0 to 1, each by its weight.
    shares: Floats
    #: By how much what fails is missed, the sum of shares of what was asked for.
    misses: Floats
    #: How much of the minutes that were asked for are used up, the mean of all.
    efforts: Floats

    @classmethod
    def of(cls, asked: Sequence[Criterion], homes: int) -> Ranking:
        """Rank homes by some criteria, each with answers at so many homes."""
        counted = tuple(criterion for criterion in asked if criterion.is_known)
        unknown = tuple(criterion for criterion in asked if not criterion.is_known)
        if not counted:
            nothing = np.zeros(homes)
            standing = Standing.UNKNOWN if asked else Standing.ALL
            return cls((), unknown, np.full(homes, standing, dtype=np.int8), nothing, nothing, nothing)
        answers = np.array([criterion.answers for criterion in counted])
        weights = np.array([criterion.weight for criterion in counted])
        return cls(
            counted,
            unknown,
            standings_of(answers),
            np.round(weights @ (answers == MET) / weights.sum(), DIGITS),
            _total(criterion.misses() for criterion in counted),
            _total(criterion.efforts() for criterion in counted) / len(counted),
        )

    def homes(self, standing: Standing) -> int:
        """Return how many homes stand so."""
        return int((self.standings == standing).sum())

    @cached_property
    def order(self) -> Integers:
        """The homes from the best to the worst; of equal ones the first stays first."""
        # One whole number a home, its place in the lowest bits: sorting those takes a fifth of sorting by four keys.
        # Shares are no more than 1, so that the next standing begins behind them all.
        place_bits = max(len(self.standings).bit_length(), 1)
        ranks = _whole(2.0 * self.standings - self.shares + 1.0, 1_000, RANK_BITS)
        ranks = (ranks << MISS_BITS) | _whole(self.misses, 100, MISS_BITS)
        ranks = (ranks << EFFORT_BITS) | _whole(self.efforts, 1_000, EFFORT_BITS)
        ranks = (ranks << place_bits) | np.arange(len(ranks))
        ranks.sort()
        order: Integers = ranks & ((1 << place_bits) - 1)
        return order

    def failures(self, home: int) -> tuple[str, ...]:
        """Return what fails at a home and by how much."""
        return tuple(each.failure(home) for each in self.criteria if each.answers[home] == SHORT)

    def unknown_at(self, home: int) -> tuple[str, ...]:
        """Return what is not known at a home."""
        return tuple(each.noun for each in self.criteria if each.answers[home] == UNKNOWN)


def _total(each: Iterable[Floats]) -> Floats:
    """Return the sum of arrays of one shape, without putting them beside each other first."""
    return reduce(np.add, each)


def _whole(values: Floats, steps: int, bits: int) -> Integers:
    """Return values in whole steps, as many to one, cut off at so many bits."""
    whole: Integers = np.minimum(np.rint(values * steps), (1 << bits) - 1).astype(np.int64)
    return whole


def standings_of(answers: Standings) -> Standings:
    """Return how homes stand from their answers, shape (criteria, homes)."""
    short, unknown = (answers == SHORT).sum(axis=0, dtype=np.int8), (answers == UNKNOWN).any(axis=0)
    known = np.choose(np.minimum(short, 3), [Standing.ALL, Standing.ONE_SHORT, Standing.TWO_SHORT, Standing.MORE_SHORT])
    return np.where(unknown & (short < 2), Standing.UNKNOWN, known).astype(np.int8)


# --- groups of homes ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Groups:
    """Homes in groups: `homes` is sorted by group and then by rank; group i is homes[starts[i]:starts[i + 1]]."""

    keys: Integers
    homes: Integers
    starts: Integers

    @classmethod
    def of(cls, keys: Integers, order: Integers) -> Groups:
        """Put homes into groups by their keys, those of each group in an order of all homes."""
        # Keys of two bytes are sorted four times as fast.
        own = keys[order]
        is_small = own.min(initial=0) >= 0 and own.max(initial=0) < 1 << 16
        sorted_homes = order[np.argsort(own.astype(np.uint16) if is_small else own, kind="stable")]
        found, first = np.unique(keys[sorted_homes], return_index=True)
        return cls(found, sorted_homes, np.append(first, len(sorted_homes)))

    @property
    def counts(self) -> Integers:
        """Return how many homes are in each group."""
        return np.diff(self.starts)

    def middles(self) -> Integers:
        """Return the middle home of each group: at least half of them are as good."""
        middles: Integers = self.homes[self.starts[:-1] + (self.counts - 1) // 2]
        return middles

    def sums(self, values: Floats) -> Floats:
        """Return the sum of a value over each group."""
        if not len(self.keys):
            return np.zeros(0)
        sums: Floats = np.add.reduceat(values[self.homes], self.starts[:-1])
        return sums


# --- squares -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Squares:
    """Squares of a town with homes in them, by row from the south and column from the west; shape (squares,) each."""

    south: float
    west: float
    lat_step: float
    lon_step: float
    size_m: float
    rows: Integers
    columns: Integers
    #: How the middle home of each stands: at least half of its homes are as good.
    standings: Standings
    homes: Integers
    #: That middle home.
    middles: Integers

    def count(self, standing: Standing) -> int:
        """Return how many squares stand so."""
        return int((self.standings == standing).sum())


def squares_of(ranking: Ranking, lats: Floats, lons: Floats, size_m: float) -> Squares:
    """Put homes into squares. The grid begins at the south-western home, so that it stays whatever is asked."""
    if not len(lats):
        none = np.empty(0, dtype=np.int64)
        return Squares(0.0, 0.0, 1.0, 1.0, size_m, none, none, none.astype(np.int8), none, none)
    south, west = float(lats.min()), float(lons.min())
    lat_step = size_m / METRES_PER_DEGREE
    lon_step = size_m / metres_per_degree_lon(float(lats.min() + lats.max()) / 2)
    rows = ((lats - south) / lat_step).astype(np.int64)
    columns = ((lons - west) / lon_step).astype(np.int64)
    wide = int(columns.max()) + 1
    groups = Groups.of(rows * wide + columns, ranking.order)
    at_rows, at_columns = np.divmod(groups.keys, wide)
    middles = groups.middles()
    standings = ranking.standings[middles]
    return Squares(south, west, lat_step, lon_step, size_m, at_rows, at_columns, standings, groups.counts, middles)


# --- streets -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Street:
    """A street or quarter: how its middle home stands, what is missing there, and how many of its homes meet all."""

    key: int
    homes: int
    meeting: int
    standing: Standing
    failures: tuple[str, ...]
    unknown: tuple[str, ...]
    #: The home that stands for it.
    home: int


def best_streets(ranking: Ranking, keys: Integers, most: int) -> tuple[Street, ...]:
    """Return the best groups of homes by their keys; a key below 0 is no street.

    First by how the middle home stands, then by the share of the wishes met: a street of few homes counts as if one
    more home met nothing, so that a long street of which all is met comes before a single house. Then by how little
    what fails is missed, and by how short the ways are.
    """
    order = ranking.order
    groups = Groups.of(keys, order[keys[order] >= 0])
    if not len(groups.keys):
        return ()
    counts, middles = groups.counts, groups.middles()
    shares = np.round(groups.sums(ranking.shares) / (counts + 1), STREET_DIGITS)
    efforts = groups.sums(ranking.efforts) / counts
    standings = ranking.standings[middles]
    best = np.lexsort((groups.keys, efforts, ranking.misses[middles], -shares, standings))[:most]
    meeting = groups.sums((ranking.standings == Standing.ALL).astype(np.float64))
    return tuple(
        Street(
            int(groups.keys[row]),
            int(counts[row]),
            int(meeting[row]),
            Standing(int(standings[row])),
            ranking.failures(int(middles[row])),
            ranking.unknown_at(int(middles[row])),
            int(middles[row]),
        )
        for row in best.tolist()
    )
