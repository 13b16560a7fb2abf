"""The walks from every home to the stops around it, laid out so that a search for all homes runs over whole columns."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from app.atlas.fields.rides import HomeWalks
from app.atlas.fields.trips import Pairs, TripsFromHomes
from app.atlas.streets.snapping import Snaps
from app.atlas.transit.contract import STOP_WALK_S

Ints = NDArray[np.int64]
#: Taken off before rounding up, as of all seconds.
ROUNDING_S = 12e-6


def walks_to_stops(walks: TripsFromHomes, homes: int, ways_in: Snaps, stop_of: Ints) -> HomeWalks:
    """Measure the walks of up to 20 minutes from each home to each stop, by the nearest of its ways in."""
    order = np.argsort(ways_in["edge"], kind="stable")
    found = list(_whole(walks.within(ways_in[order], STOP_WALK_S), stop_of[order]))
    home, stop, seconds = (
        (np.concatenate(columns) for columns in zip(*found, strict=True)) if found else (np.empty(0, np.int64),) * 3
    )
    return _laid_out(*_nearest(home, stop, seconds), homes)


def _whole(found: Iterable[Pairs], stop_of: Ints) -> Iterable[tuple[Ints, Ints, Ints]]:
    """Yield home, stop and whole seconds, rounded up: who leaves at a whole second then is there as soon."""
    for pairs in found:
        seconds = np.maximum(np.ceil(pairs.cost - ROUNDING_S), 0).astype(np.int64)
        yield pairs.point, stop_of[pairs.place], seconds


def _nearest(home: Ints, stop: Ints, seconds: Ints) -> tuple[Ints, Ints, Ints]:
    """Keep the shortest of the walks from a home to a stop, by home."""
    key = (home << 36) | (stop << 12) | seconds
    key.sort()
    key = key[np.diff(key >> 12, prepend=-1) > 0]
    return key >> 36, (key >> 12) & ((1 << 24) - 1), key & ((1 << 12) - 1)


def _laid_out(home: Ints, stop: Ints, seconds: Ints, homes: int) -> HomeWalks:
    """Lay out walks, by home, in columns: one stop of every home, then another, the homes with most stops first."""
    counts = np.bincount(home, minlength=homes)
    order = np.argsort(-counts, kind="stable")
    place = np.empty(homes, dtype=np.int64)
    place[order] = np.arange(homes)
    column = np.arange(len(home)) - (np.cumsum(counts) - counts)[home]
    starts = np.concatenate(([0], np.cumsum(np.bincount(column)))).astype(np.int64)
    row = starts[column] + place[home]
    stops, walks = np.empty(len(home), dtype=np.int32), np.empty(len(home), dtype=np.uint16)
    stops[row], walks[row] = stop, seconds
    return HomeWalks(order.astype(np.int32), starts, stops, walks)
