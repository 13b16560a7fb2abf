"""Trips from every point of a region to one place, or to the nearest of some: one search over all streets, backwards.

The costs are those that a search from each point finds (`streets.search`), the other way round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.atlas.streets.network import HomesAt, Network
from app.atlas.streets.rules.walk import SECONDS_PER_METRE
from app.atlas.streets.search import EdgeCosts, Graph, walking
from app.atlas.streets.snapping import Snaps
from app.atlas.streets.tiling import ranges
from app.geo import Floats

Ints = NDArray[np.int64]
Arcs = csr_array[np.float64]
#: Dijkstra's arcs must cost something.
LEAST_COST = 1e-7
#: Of so few places, the points on their edges are looked for among all; of more, all points are sorted once.
FEW_PLACES = 8
#: Places from which one searches in one go.
TOGETHER = 32


class Pairs(NamedTuple):
    """Points and places, by their numbers, and the cost from the one to the other; one entry a pair."""

    point: Ints
    place: Ints
    cost: Floats

    def pick(self, rows: Ints | NDArray[np.bool_]) -> Pairs:
        """Return some of them."""
        return Pairs(self.point[rows], self.place[rows], self.cost[rows])


@dataclass(frozen=True, slots=True)
class _Ends:
    """Points on streets: the ends of their edges, and the cost between each point and both of them."""

    edge: Ints
    along: Floats
    #: Cost between the point and its street.
    aside: Floats
    nodes: tuple[Ints, Ints]
    costs: tuple[Floats, Floats]

    @classmethod
    def of(cls, edges: EdgeCosts, snaps: Snaps, *, arriving: bool) -> _Ends:
        """Measure from the ends to the points where one arrives there, else from the points to the ends."""
        edge, along = snaps["edge"].astype(np.int64), snaps["along"].astype(np.float64)
        rest = np.maximum(edges.table.length_m[edge] - along, 0.0)
        use = edges.table.use[edge]
        by_tail, by_head = (edges.ahead, edges.against) if arriving else (edges.against, edges.ahead)
        aside = snaps["offset"].astype(np.float64) * edges.offset
        costs = (_times(along, by_tail[use]) + aside, _times(rest, by_head[use]) + aside)
        nodes = (edges.table.tail[edge].astype(np.int64), edges.table.head[edge].astype(np.int64))
        return cls(edge, along, aside, nodes, costs)

    def further(self, beyond: Floats) -> _Ends:
        """Return the same points, each at so much more cost."""
        by_tail, by_head = self.costs
        return replace(self, aside=self.aside + beyond, costs=(by_tail + beyond, by_head + beyond))


class TripsFrom:
    """Trips from the points of a region, by one mode, to whatever is asked for."""

    def __init__(self, graph: Graph, snaps: Snaps, arcs: Arcs | None = None) -> None:
        """Take where the points are on the streets, and the graph's arcs turned round where they are there already."""
        self._edges = graph.edges
        self._count = len(snaps)
        #: The points on a street.
        self._rows = np.flatnonzero(snaps["edge"] >= 0)
        self._ends = _Ends.of(self._edges, snaps[self._rows], arriving=False)
        self._arcs = turned_round(graph) if arcs is None else arcs

    def __len__(self) -> int:
        """Return the number of points."""
        return self._count

    def to_nearest(self, places: Snaps, limit: float, beyond: Floats | None = None) -> Floats:
        """Return for each point the cost to the nearest of some places on streets; infinity beyond the limit.

        `beyond` are the costs from each place on to what lies behind it.
        """
        costs = np.full(self._count, np.inf)
        if beyond is None:
            places = np.unique(places)
            beyond = np.zeros(len(places))
        near = (beyond <= limit) & (places["edge"] >= 0)
        if near.any() and len(self._rows):
            there = _Ends.of(self._edges, places[near], arriving=True).further(beyond[near])
            to_nodes = self._search(there, limit)
            (tail, head), (by_tail, by_head) = self._ends.nodes, self._ends.costs
            found = np.minimum(to_nodes[tail] + by_tail, to_nodes[head] + by_head)
            self._take_direct(found, there)
            costs[self._rows] = np.where(found <= limit, found, np.inf)
        return costs

    def _search(self, there: _Ends, limit: float) -> Floats:
        """Return the cost from every node to the nearest place: a search from one more node with arcs to them."""
        seeds, costs = np.concatenate(there.nodes), np.concatenate(there.costs)
        size, arcs = self._arcs.shape[0], self._arcs
        matrix = csr_array(
            (
                np.concatenate((arcs.data, np.maximum(costs, LEAST_COST))),
                np.concatenate((arcs.indices, seeds.astype(np.int32))),
                np.concatenate((arcs.indptr, [len(arcs.data) + len(seeds)])).astype(np.int32),
            ),
            shape=(size + 1, size + 1),
        )
        found: Floats = dijkstra(matrix, directed=True, indices=np.array([size]), limit=limit)[0]
        return found

    def _take_direct(self, found: Floats, there: _Ends) -> None:
        """Lower the cost of points on the same edge as a place, where the way along it is shorter."""
        point, _, cost = self._direct(there)
        np.minimum.at(found, point, cost)

    def _direct(self, there: _Ends) -> Pairs:
        """Return the points on the same edge as a place, and the cost of the way along it."""
        edge, order = self._sorted_edges(there.edge)
        place, row = ranges(np.searchsorted(edge, there.edge), np.searchsorted(edge, there.edge, side="right"))
        point = order[row]
        gap = there.along[place] - self._ends.along[point]
        use = self._edges.table.use[there.edge[place]]
        pace = np.where(gap >= 0, self._edges.ahead[use], self._edges.against[use])
        aside = self._ends.aside[point] + there.aside[place]
        return Pairs(point, place, _times(np.abs(gap), pace) + aside)

    def within(self, places: Snaps, limit: float) -> Iterator[Pairs]:
        """Yield the points that reach each place within a limit and what it costs, some places at a time.

        The places should come in an order in which neighbours lie near each other: those of a few searches are looked
        at together.
        """
        for start in range(0, len(places), TOGETHER):
            some = places[start : start + TOGETHER]
            found = np.flatnonzero(some["edge"] >= 0)
            if len(found) and len(self._rows):
                pairs = self._within(_Ends.of(self._edges, some[found], arriving=True), limit)
                yield Pairs(self._rows[pairs.point], start + found[pairs.place], pairs.cost)

    def _within(self, there: _Ends, limit: float) -> Pairs:
        nodes, at = np.unique(np.concatenate(there.nodes), return_inverse=True)
        to_nodes = dijkstra(self._arcs, indices=nodes, limit=limit)
        reached = np.flatnonzero(np.isfinite(to_nodes).any(axis=0))
        # One column more stands for all nodes that are not reached.
        column = np.full(self._arcs.shape[0], len(reached))
        column[reached] = np.arange(len(reached))
        (by_tail, by_head), count = there.costs, len(there.edge)
        to_nodes = np.column_stack((to_nodes[:, reached], np.full(len(nodes), np.inf)))
        costs = np.minimum(to_nodes[at[:count]] + by_tail[:, None], to_nodes[at[count:]] + by_head[:, None])
        tail, head = (column[ends] for ends in self._ends.nodes)
        near = np.flatnonzero((tail < len(reached)) | (head < len(reached)))
        (tail_s, head_s) = (cost[near] for cost in self._ends.costs)
        found = np.minimum(costs[:, tail[near]] + tail_s, costs[:, head[near]] + head_s)
        direct = self._direct(there)
        place_of = np.searchsorted(near, direct.point)
        np.minimum.at(found, (direct.place, place_of), direct.cost)
        place, point = np.nonzero(found <= limit)
        return Pairs(near[point], place, found[place, point])

    def _sorted_edges(self, wanted: Ints) -> tuple[Ints, Ints]:
        """Return edges of points in order, and the point of each: of all, or of the wanted ones where they are few."""
        if len(wanted) > FEW_PLACES:
            return self._by_edge
        order = np.flatnonzero(np.isin(self._ends.edge, wanted))
        order = order[np.argsort(self._ends.edge[order], kind="stable")]
        return self._ends.edge[order], order

    @cached_property
    def _by_edge(self) -> tuple[Ints, Ints]:
        order = np.argsort(self._ends.edge, kind="stable")
        return self._ends.edge[order], order


class TripsFromHomes:
    """Trips on foot or by bike from homes: over the streets that all may use, and from private ones by their ways out.

    These are the ways of `Network.way_out`.
    """

    def __init__(self, network: Network, homes: HomesAt, graph: Graph, arcs: Arcs | None = None) -> None:
        """Take where the homes stand, and the graph of the streets that all may use."""
        exits = network.files.exits
        # One search serves the homes and the ways out.
        self._trips = TripsFrom(graph, np.concatenate((homes.public, exits.street)), arcs)
        self._private = None if network.homes is None else TripsFrom(walking(network.homes.files), homes.private)
        self._exits = exits.home
        #: What a second's walk on a private street costs.
        self._cost_per_second = graph.edges.offset / SECONDS_PER_METRE

    def to_nearest(self, places: Snaps, limit: float) -> Floats:
        """Return for each home the cost to the nearest of some places on streets; infinity beyond the limit."""
        found = self._trips.to_nearest(places, limit)
        costs, beyond = np.split(found, [len(found) - len(self._exits)])
        if self._private is None:
            return costs
        by_exit = self._private.to_nearest(self._exits, limit / self._cost_per_second, beyond / self._cost_per_second)
        return np.minimum(costs, by_exit * self._cost_per_second)

    def within(self, places: Snaps, limit: float) -> Iterator[Pairs]:
        """Yield the homes that reach each place within a limit and what it costs, some places at a time.

        A pair may come several times: the least of its costs counts.
        """
        homes, by_exit = len(self._trips) - len(self._exits), self._homes_by_exit(limit)
        for pairs in self._trips.within(places, limit):
            is_home = pairs.point < homes
            yield pairs.pick(is_home)
            if len(by_exit.point) and not is_home.all():
                yield _through(by_exit, pairs.pick(~is_home), homes, limit)

    def _homes_by_exit(self, limit: float) -> Pairs:
        """Return the homes on private streets and the exits that they reach, by exit."""
        none = np.empty(0, dtype=np.int64)
        if self._private is None:
            return Pairs(none, none, np.empty(0))
        found = list(self._private.within(self._exits, limit / self._cost_per_second))
        if not found:
            return Pairs(none, none, np.empty(0))
        ways = Pairs(
            np.concatenate([pairs.point for pairs in found]),
            np.concatenate([pairs.place for pairs in found]),
            np.concatenate([pairs.cost for pairs in found]) * self._cost_per_second,
        )
        return ways.pick(np.argsort(ways.place, kind="stable"))


def _through(by_exit: Pairs, beyond: Pairs, first: int, limit: float) -> Pairs:
    """Join ways from homes to exits, by exit, with ways on from there; exits are numbered from `first` in these."""
    exit_of = beyond.point - first
    way, row = ranges(np.searchsorted(by_exit.place, exit_of), np.searchsorted(by_exit.place, exit_of, side="right"))
    cost = by_exit.cost[row] + beyond.cost[way]
    near = cost <= limit
    return Pairs(by_exit.point[row[near]], beyond.place[way[near]], cost[near])


def turned_round(graph: Graph) -> Arcs:
    """Return a graph with each arc from its head to its tail."""
    arcs = graph.arcs
    size = len(arcs.starts) - 1
    ahead = csr_array((graph.costs(0, len(arcs.heads)), arcs.heads, arcs.starts), shape=(size, size))
    turned: Arcs = ahead.T.tocsr()
    return turned


def _times(metres: Floats, pace: Floats) -> Floats:
    """Multiply, with nothing to go costing nothing even where the way is closed."""
    return np.multiply(metres, pace, out=np.zeros_like(metres), where=metres > 0)
