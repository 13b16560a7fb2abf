"""How far the nearest of some places is from every point of a region: one search over all streets a question."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.atlas.facts import WALK_LIMIT_S
from app.atlas.streets.arrays import NetworkFiles
from app.atlas.streets.network import Network
from app.atlas.streets.search import EdgeCosts, walking
from app.atlas.streets.snapping import Snaps
from app.geo import Floats

Ints = NDArray[np.int64]
#: Dijkstra's arcs must cost something.
LEAST_COST_S = 1e-7


@dataclass(frozen=True, slots=True)
class _Ends:
    """Points on streets: the ends of their edges, and the seconds between each point and both of them."""

    edge: Ints
    along: Floats
    #: Seconds between the point and its street.
    aside_s: Floats
    nodes: tuple[Ints, Ints]
    seconds: tuple[Floats, Floats]

    @classmethod
    def of(cls, edges: EdgeCosts, snaps: Snaps, *, arriving: bool) -> _Ends:
        """Measure from the ends to the points where one arrives there, else from the points to the ends."""
        edge, along = snaps["edge"].astype(np.int64), snaps["along"].astype(np.float64)
        rest = np.maximum(edges.table.length_m[edge] - along, 0.0)
        use = edges.table.use[edge]
        by_tail, by_head = (edges.ahead, edges.against) if arriving else (edges.against, edges.ahead)
        aside = snaps["offset"].astype(np.float64) * edges.offset
        seconds = (_times(along, by_tail[use]) + aside, _times(rest, by_head[use]) + aside)
        nodes = (edges.table.tail[edge].astype(np.int64), edges.table.head[edge].astype(np.int64))
        return cls(edge, along, aside, nodes, seconds)

    def further(self, beyond_s: Floats) -> _Ends:
        """Return the same points, each so many seconds further away."""
        by_tail, by_head = self.seconds
        return replace(self, aside_s=self.aside_s + beyond_s, seconds=(by_tail + beyond_s, by_head + beyond_s))


class WalksFromHomes:
    """Walks from homes: over the streets that all may walk, and from private ones by their ways out."""

    def __init__(self, network: Network, lats: Floats, lons: Floats, streets: Sequence[str]) -> None:
        at, exits = network.homes_at(lats, lons, streets), network.files.exits
        # One search serves the homes and the ways out.
        self._walks = WalksFrom(network.files, np.concatenate((at.public, exits.street)))
        self._private = None if network.homes is None else WalksFrom(network.homes.files, at.private)
        self._exits = exits.home
        self.has_way_out = network.on_mainland(at.public) | (at.private["edge"] >= 0)

    def seconds_to_nearest(self, ways_in: Snaps) -> Floats:
        """Return for each home the seconds to the nearest of some ways in; infinity where none is within 45 minutes."""
        found = self._walks.seconds_to_nearest(ways_in)
        seconds, beyond_s = np.split(found, [len(found) - len(self._exits)])
        if self._private is None:
            return seconds
        return np.minimum(seconds, self._private.seconds_to_nearest(self._exits, beyond_s))


class WalksFrom:
    """Walks from the points of a region to whatever is asked for.

    The seconds are those of `Network.walk`, which searches from one address, the other way round.
    """

    def __init__(self, files: NetworkFiles, snaps: Snaps) -> None:
        self._edges = walking(files).edges
        self._count = len(snaps)
        #: The points on a street, by edge.
        self._rows = np.flatnonzero(snaps["edge"] >= 0)
        self._rows = self._rows[np.argsort(snaps["edge"][self._rows], kind="stable")]
        self._ends = _Ends.of(self._edges, snaps[self._rows], arriving=False)
        self._arcs = _turned_round(files)

    def seconds_to_nearest(self, ways_in: Snaps, beyond_s: Floats | None = None) -> Floats:
        """Return for each point the seconds to the nearest of some ways in; infinity where none is within 45 minutes.

        The ways in lie on streets; `beyond_s` are the seconds from each to what lies behind it.
        """
        seconds = np.full(self._count, np.inf)
        if beyond_s is None:
            ways_in = np.unique(ways_in)
            beyond_s = np.zeros(len(ways_in))
        near = beyond_s <= WALK_LIMIT_S
        if near.any() and len(self._rows):
            there = _Ends.of(self._edges, ways_in[near], arriving=True).further(beyond_s[near])
            to_nodes = self._search(there)
            (tail, head), (by_tail, by_head) = self._ends.nodes, self._ends.seconds
            found = np.minimum(to_nodes[tail] + by_tail, to_nodes[head] + by_head)
            self._take_direct(found, there)
            seconds[self._rows] = np.where(found <= WALK_LIMIT_S, found, np.inf)
        return seconds

    def _search(self, there: _Ends) -> Floats:
        """Return the seconds from every node to the nearest way in: a search from one more node with arcs to them."""
        seeds, costs = np.concatenate(there.nodes), np.concatenate(there.seconds)
        size, arcs = self._arcs.shape[0], self._arcs
        matrix = csr_array(
            (
                np.concatenate((arcs.data, np.maximum(costs, LEAST_COST_S))),
                np.concatenate((arcs.indices, seeds.astype(np.int32))),
                np.concatenate((arcs.indptr, [len(arcs.data) + len(seeds)])).astype(np.int32),
            ),
            shape=(size + 1, size + 1),
        )
        found: Floats = dijkstra(matrix, directed=True, indices=np.array([size]), limit=WALK_LIMIT_S)[0]
        return found

    def _take_direct(self, found: Floats, there: _Ends) -> None:
        """Lower the seconds of points on the same edge as a way in, where the way along it is shorter."""
        low = np.searchsorted(self._ends.edge, there.edge)
        counts = np.searchsorted(self._ends.edge, there.edge, side="right") - low
        place = np.repeat(np.arange(len(counts)), counts)
        point = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts - low, counts)
        gap = there.along[place] - self._ends.along[point]
        use = self._edges.table.use[there.edge[place]]
        pace = np.where(gap >= 0, self._edges.ahead[use], self._edges.against[use])
        aside = self._ends.aside_s[point] + there.aside_s[place]
        np.minimum.at(found, point, _times(np.abs(gap), pace) + aside)


def _turned_round(files: NetworkFiles) -> csr_array[np.float64]:
    """Return the walking graph with each arc from its head to its tail."""
    arcs, size = files.walk, len(files.nodes.lat)
    graph = csr_array((arcs.costs.astype(np.float64), arcs.heads, arcs.starts), shape=(size, size))
    turned: csr_array[np.float64] = graph.T.tocsr()
    return turned


def _times(metres: Floats, pace: Floats) -> Floats:
    """Multiply, with nothing to go costing nothing even where the way is closed."""
    return np.multiply(metres, pace, out=np.zeros_like(metres), where=metres > 0)
