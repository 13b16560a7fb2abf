"""Which rows of one name lie together: those in touching cells of a grid, or in cells that a way links."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from app.atlas.geocoder.columns import Ints
from app.atlas.geocoder.schema import CELL_ROW

#: A name's number and a cell make one number; cells lie between -CELLS and CELLS.
CELLS = 1 << 37


def clusters(names: Ints, cells: Ints, links: tuple[Ints, Ints]) -> Ints:
    """Return the number of each item's cluster, counted from 0 in the order of names and then of cells.

    `names` and `cells` are those of the items; `links` are pairs of items of one name that belong together.
    """
    units, unit_of = np.unique(names * (2 * CELLS) + cells + CELLS, return_inverse=True)
    tails, heads = [unit_of[links[0]]], [unit_of[links[1]]]
    for step in (1, CELL_ROW - 1, CELL_ROW, CELL_ROW + 1):
        beside = np.searchsorted(units[:-1], units + step)
        touching = np.flatnonzero(units[beside] == units + step)
        tails.append(touching)
        heads.append(beside[touching])
    tail, head = np.concatenate(tails), np.concatenate(heads)
    pairs = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(len(units), len(units)))
    count, labels = connected_components(pairs, directed=False)
    _, first_unit = np.unique(labels, return_index=True)
    number = np.empty(count, dtype=np.int64)
    number[np.argsort(first_unit)] = np.arange(count)
    return number[labels][unit_of]
