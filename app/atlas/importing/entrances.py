"""Which stations an entrance leads to: those that it or a relation names, or that lie behind the same passages.

Only where nothing tells, it is the nearest: beside a railway station an underground's own entrances are as near.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.sparse
import shapely
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from app.atlas.importing.elements import Entrance, Extract, StopArea, StreetColumns
from app.atlas.importing.features import PlaceRow, PlaceShapes
from app.atlas.importing.tags.stopping import STATION_ENTRANCES, is_station, marked_kinds
from app.atlas.station_names import telling_words
from app.geo import Floats, point_array
from app.places import Kind

#: No entrance is farther than this from the edge or the middle of its station, whatever it is called.
REACH_M = 400.0
#: Where nothing but the distance tells, an entrance leads no farther than this.
NEAREST_M = 250.0
#: A station of another kind than the entrance is tagged for is taken for it only where it is so many times as near.
OTHER_KIND = 2.0
#: An underground's entrance that bears the name of the railway station above leads to both where they are this near.
SHARED_M = 100.0
#: An entrance this near to a station's outline stands on it.
ON_OUTLINE_M = 5.0


def station_entrances(rows: Sequence[PlaceRow], extract: Extract, places: PlaceShapes) -> dict[int, Floats]:
    """Return by row the (lon, lat) of the entrances of each station that has some."""
    stations = _stations(rows, extract, places)
    if not (extract.entrances and stations.rows):
        return {}
    ends = [(entrance.lon, entrance.lat) for entrance in extract.entrances]
    metres = stations.metres_to(places.projection.points_to_metres(np.array(ends)))
    found: dict[int, list[tuple[float, float]]] = {}
    for end, led_to in zip(ends, _led_to(stations, extract, metres), strict=True):
        for station in sorted(led_to):
            found.setdefault(stations.rows[station], []).append(end)
    return {row: np.array(of_row) for row, of_row in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class _Stations:
    """Stations as columns: the row of each, what it is, what it is called in all its names, where it is in metres."""

    rows: list[int]
    kinds: list[Kind]
    ids: list[str]
    names: list[frozenset[frozenset[str]]]
    shapes: NDArray[np.object_]

    def metres_to(self, points: Floats) -> Floats:
        """Return the metres from each point to each station, a row a point."""
        return np.asarray(shapely.distance(point_array(points)[:, None], self.shapes[None, :]))

    def called(self, names: Iterable[frozenset[str]], among: Iterable[int]) -> set[int]:
        """Return the stations among some whose name is the most like one of these; none where no word is in common."""
        wanted = list(names)
        likeness = {i: max((_likeness(a, b) for a in wanted for b in self.names[i]), default=0.0) for i in among}
        best = max(likeness.values(), default=0.0)
        return {i for i, like in likeness.items() if like == best > 0}

    def with_parts(self, led_to: Collection[int], among: Iterable[int]) -> set[int]:
        """Return stations with those of their kind whose name holds all of theirs: "Milano Garibaldi Passante"."""
        return {
            i for i in among if i in led_to or any(self.kinds[i] == self.kinds[j] and self.holds(i, j) for j in led_to)
        }

    def holds(self, station: int, other: int) -> bool:
        """Return whether a station's name holds all words of another one's."""
        return any(short and short <= long for short in self.names[other] for long in self.names[station])


def _stations(rows: Sequence[PlaceRow], extract: Extract, places: PlaceShapes) -> _Stations:
    mapped = {**{p.osm_id: p.tags for p in extract.points}, **{s.osm_id: s.tags for s in extract.shapes}}
    found = [i for i, row in enumerate(rows) if row.kind in STATIONS and is_station(mapped[row.osm_id])]
    points = places.projection.points_to_metres(np.array([(rows[i].lon, rows[i].lat) for i in found]).reshape(-1, 2))
    shapes = point_array(points)
    for position, i in enumerate(found):
        if rows[i].element >= 0:
            shapes[position] = places.outlines.metres[rows[i].element]
    names = [frozenset({telling_words(rows[i].name)}) | _names(mapped[rows[i].osm_id]) for i in found]
    return _Stations(found, [rows[i].kind for i in found], [rows[i].osm_id for i in found], names, shapes)


STATIONS = frozenset({Kind.SUBWAY_STATION, Kind.RAIL_STATION, Kind.TRAM_STOP})


def _led_to(stations: _Stations, extract: Extract, metres: Floats) -> list[set[int]]:
    """Return the stations that each entrance leads to."""
    near = [set(np.flatnonzero(row <= REACH_M).tolist()) for row in metres]
    areas = _areas_of(extract.stop_areas)
    told = [
        _told(entrance, stations, areas[f"n{entrance.node_id}"], near[i]) | _standing_on(metres[i])
        for i, entrance in enumerate(extract.entrances)
    ]
    halls = _Halls.of(extract.streets)
    behind: dict[int, set[int]] = defaultdict(set)
    for entrance, stands_for in zip(extract.entrances, told, strict=True):
        behind[halls.hall(entrance.node_id)] |= stands_for
    for station, osm_id in enumerate(stations.ids):
        if osm_id[0] == "n":
            behind[halls.hall(int(osm_id[1:]))].add(station)
    behind[NO_HALL] = set()
    found = []
    for i, (entrance, stands_for) in enumerate(zip(extract.entrances, told, strict=True)):
        led_to = stands_for or behind[halls.hall(entrance.node_id)] & near[i]
        led_to = _of_marked_kinds(entrance, stations, led_to, near[i]) or _nearest(entrance, stations, metres[i])
        found.append(stations.with_parts(led_to, near[i]) | _shared(entrance, stations, led_to, metres[i]))
    return found


def _areas_of(areas: Sequence[StopArea]) -> dict[str, list[StopArea]]:
    """Return the areas of each member."""
    found: dict[str, list[StopArea]] = defaultdict(list)
    for area in areas:
        for member in area.members:
            found[member].append(area)
    return found


def _told(entrance: Entrance, stations: _Stations, areas: Sequence[StopArea], near: set[int]) -> set[int]:
    """Return the stations near an entrance that its tags and the relations with it name."""
    found = stations.called(_names(entrance.tags), near)
    for area in areas:
        members = {i for i in near if stations.ids[i] in area.members}
        found |= members or stations.called([telling_words(area.name)], near)
    return found


def _standing_on(metres: Floats) -> set[int]:
    return set(np.flatnonzero(metres <= ON_OUTLINE_M).tolist())


def _of_marked_kinds(entrance: Entrance, stations: _Stations, told: set[int], near: set[int]) -> set[int]:
    """Return the stations of the kinds that an entrance bears the signs of: of one name with those that are told."""
    marked = marked_kinds(entrance.tags)
    if not marked or not told:
        return told
    names = {name for i in told for name in stations.names[i]}
    alike = {i for i in near if stations.kinds[i] in marked and not names.isdisjoint(stations.names[i])}
    return alike | {i for i in told if stations.kinds[i] in marked} or told


def _shared(entrance: Entrance, stations: _Stations, led_to: set[int], metres: Floats) -> set[int]:
    """Return the stations of the kind that the entrance is tagged for within SHARED_M whose name is in another's."""
    fitting = marked_kinds(entrance.tags) or STATION_ENTRANCES[entrance.tags["railway"]]
    beside = [i for i in np.flatnonzero(metres <= SHARED_M).tolist() if stations.kinds[i] in fitting]
    return {i for i in beside if any(stations.holds(j, i) for j in led_to)}


def _nearest(entrance: Entrance, stations: _Stations, metres: Floats) -> set[int]:
    """Return the nearest station of a kind that the entrance is for, or one of another kind that is much nearer."""
    fitting = marked_kinds(entrance.tags) or STATION_ENTRANCES[entrance.tags["railway"]]
    fits = np.array([kind in fitting for kind in stations.kinds])
    weighed = np.where(metres <= NEAREST_M, metres * np.where(fits, 1.0, OTHER_KIND), np.inf)
    best = int(np.argmin(weighed))
    return {best} if np.isfinite(weighed[best]) else set()


# --- names -------------------------------------------------------------------------------------------

NAME_KEYS = re.compile(r"(?:alt_|official_|short_|loc_|old_)?name(?::[a-z]{2,3})?")


def _names(tags: Mapping[str, str]) -> frozenset[frozenset[str]]:
    return frozenset(telling_words(value) for key, value in tags.items() if NAME_KEYS.fullmatch(key)) - {frozenset()}


def _likeness(name: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of words in common among all, from 0 to 1."""
    return len(name & other) / len(name | other) if name and other else 0.0


# --- passages ----------------------------------------------------------------------------------------

NO_HALL = -1
WALKED = frozenset({"footway", "path", "pedestrian", "corridor", "elevator", "steps", "service", "cycleway"})


@dataclass(frozen=True, slots=True)
class _Halls:
    """Nodes of passages below ground: those that are joined have one number."""

    nodes: NDArray[np.int64]
    numbers: NDArray[np.int32]

    def hall(self, node_id: int) -> int:
        """Return the number of a node's passages; NO_HALL where it lies on none."""
        i = int(np.searchsorted(self.nodes, node_id))
        return int(self.numbers[i]) if i < len(self.nodes) and self.nodes[i] == node_id else NO_HALL

    @classmethod
    def of(cls, streets: StreetColumns) -> _Halls:
        """Join the passages, steps and corridors of an extract."""
        refs = np.frombuffer(streets.refs, dtype=np.int64) if len(streets.refs) else np.empty(0, dtype=np.int64)
        lengths = np.array(streets.lengths, dtype=np.int64)
        is_below = np.array([_is_below(tags) for tags in streets.tags], dtype=bool)
        way = np.repeat(np.arange(len(lengths)), lengths)
        kept = is_below[way]
        nodes, at = np.unique(refs[kept], return_inverse=True)
        same = way[kept][1:] == way[kept][:-1]
        pairs = (np.ones(int(same.sum()), dtype=np.int8), (at[:-1][same], at[1:][same]))
        joined = scipy.sparse.coo_array(pairs, shape=(len(nodes), len(nodes)))
        return cls(nodes, connected_components(joined, directed=False)[1])


def _is_below(tags: Mapping[str, str]) -> bool:
    """Return whether a way leads below ground or inside: a passage, a corridor, or steps down to one."""
    highway = tags.get("highway")
    if highway in ("steps", "corridor", "elevator"):
        return True
    if highway not in WALKED:
        return False
    below = tags.get("layer", "").startswith("-") or tags.get("level", "").startswith("-")
    return below or tags.get("tunnel", "no") not in ("no", "building_passage") or tags.get("indoor") == "yes"
