"""Bounded shortest paths: only the nodes of the tiles near the start are loaded, whatever the region's size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from app.atlas.streets.arrays import Arcs, EdgeTable, NetworkFiles
from app.atlas.streets.rules.bike import BIKE_METRES_PER_SECOND, MAX_STRESS
from app.atlas.streets.rules.walk import SECONDS_PER_METRE, STEPS_STRESS, is_steps_pace
from app.atlas.streets.snapping import Snaps
from app.atlas.streets.tiling import Floats, Integers


@dataclass(frozen=True, slots=True)
class EdgeCosts:
    """What edges cost: by use, the cost of one metre ahead and against."""

    table: EdgeTable
    ahead: Floats
    against: Floats
    #: Cost of one metre between a place and its street.
    offset: float


@dataclass(frozen=True, slots=True)
class Graph:
    """The stored arcs of one mode, of which those above a level of stress are closed."""

    arcs: Arcs
    edges: EdgeCosts
    max_stress: int = MAX_STRESS

    def costs(self, start: int, end: int) -> Floats:
        """Return the costs of stored arcs; infinity where the stress is too high."""
        costs = self.arcs.costs[start:end].astype(np.float64)
        if self.max_stress < MAX_STRESS:
            costs[self.arcs.stress[start:end] > self.max_stress] = np.inf
        return costs


#: Pace of steps that are to be avoided, for the part of an edge that leads to a place: only who lies at their very
#: foot or head is reached.
AVOIDED_SECONDS_PER_METRE = 600.0


def walking(files: NetworkFiles, *, step_free: bool = False) -> Graph:
    """Return the walking graph, in seconds; the step-free one has no steps."""
    ahead, against = _walk_paces(files)
    if not step_free:
        return Graph(files.walk, EdgeCosts(files.edges, ahead, against, SECONDS_PER_METRE))
    is_steps = is_steps_pace(files.uses.walk_pace_ahead) | is_steps_pace(files.uses.walk_pace_against)
    ahead, against = (np.where(is_steps, AVOIDED_SECONDS_PER_METRE, pace) for pace in (ahead, against))
    return Graph(files.walk, EdgeCosts(files.edges, ahead, against, SECONDS_PER_METRE), STEPS_STRESS - 1)


def _walk_paces(files: NetworkFiles) -> tuple[Floats, Floats]:
    return files.uses.walk_pace_ahead.astype(np.float64), files.uses.walk_pace_against.astype(np.float64)


def cycling(files: NetworkFiles, max_stress: int = MAX_STRESS) -> Graph:
    """Return the cycling graph up to a level of stress, in metres; `Network.bike` says what is pushed."""
    ridden = (files.uses.stress_ahead, files.uses.stress_against)
    ahead, against = (
        np.where((stress > 0) & (stress <= max_stress), 1.0, pace * BIKE_METRES_PER_SECOND)
        for stress, pace in zip(ridden, _walk_paces(files), strict=True)
    )
    return Graph(files.bike, EdgeCosts(files.edges, ahead, against, 1.0), max_stress)


def driving(files: NetworkFiles) -> Graph:
    """Return the driving graph, in free-flow seconds; the way from a place to its street is walked."""
    ahead, against = files.uses.car_pace_ahead.astype(np.float64), files.uses.car_pace_against.astype(np.float64)
    return Graph(files.car, EdgeCosts(files.edges, ahead, against, SECONDS_PER_METRE))


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The nodes of a few contiguous slices, renumbered from 0; every other node has the number `size`."""

    starts: Integers
    ends: Integers
    bases: Integers
    size: int

    @classmethod
    def of(cls, slices: Sequence[tuple[int, int]]) -> Neighbourhood:
        """Renumber the nodes of ascending slices."""
        bounds = np.array(slices, dtype=np.int64).reshape(-1, 2)
        counts = bounds[:, 1] - bounds[:, 0]
        bases = np.cumsum(counts) - counts
        return cls(bounds[:, 0], bounds[:, 1], bases, int(counts.sum()))

    def local(self, nodes: NDArray[np.integer]) -> Integers:
        """Return the local numbers of nodes."""
        if not self.size:
            return np.zeros(len(nodes), dtype=np.int64)
        span = np.maximum(np.searchsorted(self.starts, nodes, side="right") - 1, 0)
        local = nodes - self.starts[span] + self.bases[span]
        return np.where((nodes >= self.starts[span]) & (nodes < self.ends[span]), local, self.size)

    def local_from(self, span: int, nodes: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the local numbers of nodes of which nearly all lie in one slice; faster than `local`."""
        start, end = int(self.starts[span]), int(self.ends[span])
        local = nodes - np.int32(start - int(self.bases[span]))
        outside = np.flatnonzero((nodes < start) | (nodes >= end))
        local[outside] = self.local(nodes[outside])
        return local


@dataclass(frozen=True, slots=True)
class _Targets:
    """Places on streets as a search sees them: the near ends of their edges, and what it costs from each of these."""

    snaps: Snaps
    found: NDArray[np.bool_]
    tails: Integers
    heads: Integers
    from_tail: Floats
    from_head: Floats
    ahead: Floats
    against: Floats
    offset: Floats

    @classmethod
    def of(cls, edges: EdgeCosts, near: Neighbourhood, snaps: Snaps) -> _Targets:
        """Look up the ends of edges; places off the streets are left out."""
        found = snaps["edge"] >= 0
        there = snaps[found]
        edge, along = there["edge"], there["along"].astype(np.float64)
        use = edges.table.use[edge]
        rest = np.maximum(edges.table.length_m[edge] - along, 0.0)
        ahead, against = edges.ahead[use], edges.against[use]
        return cls(
            snaps=there,
            found=found,
            tails=near.local(edges.table.tail[edge]),
            heads=near.local(edges.table.head[edge]),
            from_tail=_times(along, ahead),
            from_head=_times(rest, against),
            ahead=ahead,
            against=against,
            offset=there["offset"].astype(np.float64) * edges.offset,
        )


class Ways:
    """The way from near nodes to places on streets, looked up once for all searches that ask for the same places."""

    def __init__(self, edges: EdgeCosts, near: Neighbourhood) -> None:
        self.edges, self.near = edges, near
        self._targets: list[tuple[Snaps, _Targets]] = []

    def to(self, snaps: Snaps) -> _Targets:
        """Return places as the search sees them."""
        for known, targets in self._targets:
            if known is snaps:
                return targets
        targets = _Targets.of(self.edges, self.near, snaps)
        self._targets = [*self._targets[-MOST_TARGETS + 1 :], (snaps, targets)]
        return targets

    @cached_property
    def ends(self) -> tuple[Integers, Integers]:
        """The near tail and head of every edge."""
        return self.near.local(self.edges.table.tail), self.near.local(self.edges.table.head)


#: So many sets of places are kept for the next search.
MOST_TARGETS = 4


@dataclass(frozen=True, slots=True)
class Reached:
    """What can be reached from one of several places on streets, and at what cost."""

    ways: Ways
    #: Cost of every near node, and of the node that stands for all others: infinity.
    costs: Floats
    origins: Snaps
    limit: float

    @property
    def near(self) -> Neighbourhood:
        """The nodes that were looked at."""
        return self.ways.near

    @property
    def edges(self) -> EdgeCosts:
        """What edges cost."""
        return self.ways.edges

    def cost_to(self, snaps: Snaps) -> Floats:
        """Return the cost to each place, infinity where it is not reached within the limit."""
        cost = np.full(len(snaps), np.inf)
        targets = self.ways.to(snaps)
        if len(targets.snaps):
            by_tail = self.costs[targets.tails] + targets.from_tail
            by_head = self.costs[targets.heads] + targets.from_head
            cost[targets.found] = np.minimum(np.minimum(by_tail, by_head), self._direct(targets)) + targets.offset
        return np.where(cost <= self.limit, cost, np.inf)

    def _direct(self, targets: _Targets) -> Floats:
        """Return the cost along the edge that a place shares with an origin."""
        snaps = targets.snaps
        best = np.full(len(snaps), np.inf)
        for origin in self.origins[np.isin(self.origins["edge"], snaps["edge"])]:
            gap = snaps["along"].astype(np.float64) - float(origin["along"])
            direct = _times(np.abs(gap), np.where(gap >= 0, targets.ahead, targets.against))
            direct = direct + float(origin["offset"]) * self.edges.offset
            best = np.minimum(best, np.where(snaps["edge"] == origin["edge"], direct, np.inf))
        return best

    def street_m(self) -> float:
        """Return the metres of street with an end that is reached, the streets of the start among them."""
        tails, heads = self.ways.ends
        there = np.isfinite(self.costs[tails]) | np.isfinite(self.costs[heads])
        there[self.origins["edge"][self.origins["edge"] >= 0]] = True
        return float(self.edges.table.length_m[there].sum())


class LaidOut:
    """The near nodes and their arcs, laid out once for any number of searches. For one thread."""

    def __init__(self, graph: Graph, near: Neighbourhood) -> None:
        self.ways = Ways(graph.edges, near)
        self._graph, self._near = graph, near

    def reach(self, origins: Snaps, limit: float) -> Reached:
        """Search from places on streets to every near node within a cost. The way to each is its `offset`."""
        return Reached(self.ways, self.spread(*_seeds(self._graph.edges, origins), limit), origins, limit)

    def spread(self, seeds: NDArray[np.integer], to_seeds: Floats, limit: float) -> Floats:
        """Return the cost of every near node, infinity for all others, from nodes that have a cost already."""
        near = self._near
        costs = np.full(near.size + 1, np.inf)
        reached = np.isfinite(to_seeds)
        if reached.any() and near.size:
            # Dijkstra's arcs must cost something.
            matrix = self._matrix(near.local(seeds[reached]), np.maximum(to_seeds[reached], 1e-6))
            costs[:] = dijkstra(matrix, directed=True, indices=np.array([near.size + 1]), limit=limit)[0, :-1]
            costs[near.size] = np.inf
        return costs

    def _matrix(self, seeds: NDArray[np.integer], to_seeds: Floats) -> csr_array[np.float64]:
        """Add the arcs from the start to each seed, behind all others."""
        arcs, nodes = self._arcs, self._near.size
        end = arcs.count + len(seeds)
        if end > len(arcs.heads):
            arcs.make_room(len(seeds))
        arcs.heads[arcs.count : end] = seeds
        arcs.costs[arcs.count : end] = to_seeds
        arcs.starts[-1] = end
        return csr_array((arcs.costs[:end], arcs.heads[:end], arcs.starts), shape=(nodes + 2, nodes + 2))

    @cached_property
    def _arcs(self) -> _LaidArcs:
        """Lay out the near nodes, one for everything outside, and one for the start."""
        near, arcs = self._near, self._graph.arcs
        starts, heads, costs = [], [], []
        total = 0
        for span, (start, end) in enumerate(zip(near.starts.tolist(), near.ends.tolist(), strict=True)):
            first, last = int(arcs.starts[start]), int(arcs.starts[end])
            starts.append(arcs.starts[start:end] - np.int32(first - total))
            heads.append(near.local_from(span, arcs.heads[first:last]))
            costs.append(self._graph.costs(first, last))
            total += last - first
        room = np.zeros(ROOM_FOR_SEEDS, dtype=np.int32)
        of_start = np.array([total, total, total], dtype=np.int32)
        return _LaidArcs(
            total,
            np.concatenate([*starts, of_start]),
            np.concatenate([*heads, room]),
            np.concatenate([*costs, room.astype(np.float64)]),
        )


#: Places for arcs from a start: a home leaves by one street, two ends of it, or by some gates.
ROOM_FOR_SEEDS = 16


@dataclass(slots=True)
class _LaidArcs:
    """Arcs of a compressed matrix, with some room behind them."""

    count: int
    starts: NDArray[np.int32]
    heads: NDArray[np.int32]
    costs: Floats

    def make_room(self, seeds: int) -> None:
        """Leave room for so many arcs behind."""
        self.heads = np.append(self.heads[: self.count], np.zeros(seeds, dtype=np.int32))
        self.costs = np.append(self.costs[: self.count], np.zeros(seeds))


def reach(graph: Graph, near: Neighbourhood, origins: Snaps, limit: float) -> Reached:
    """Search once as `LaidOut.reach`."""
    return LaidOut(graph, near).reach(origins, limit)


def spread(graph: Graph, near: Neighbourhood, seeds: NDArray[np.integer], to_seeds: Floats, limit: float) -> Floats:
    """Search once as `LaidOut.spread`."""
    return LaidOut(graph, near).spread(seeds, to_seeds, limit)


def _seeds(edges: EdgeCosts, origins: Snaps) -> tuple[Integers, Floats]:
    """Return the ends of the origins' edges, each once, and what it costs to get to each; none off the streets."""
    origins = origins[origins["edge"] >= 0]
    edge = origins["edge"]
    use, along = edges.table.use[edge], origins["along"].astype(np.float64)
    rest = np.maximum(edges.table.length_m[edge].astype(np.float64) - along, 0.0)
    to_street = np.tile(origins["offset"].astype(np.float64) * edges.offset, 2)
    costs = np.concatenate([_times(along, edges.against[use]), _times(rest, edges.ahead[use])]) + to_street
    ends, at = np.unique(np.concatenate([edges.table.tail[edge], edges.table.head[edge]]), return_inverse=True)
    least = np.full(len(ends), np.inf)
    np.minimum.at(least, at, costs)
    return ends.astype(np.int64), least


def _times(metres: Floats, pace: Floats) -> Floats:
    """Multiply, with nothing to go costing nothing even where the way is closed."""
    return np.multiply(metres, pace, out=np.zeros_like(metres), where=metres > 0)
