"""A builder of small towns: ways drawn on a grid of metres, compiled to a network."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from app.atlas.streets.build.compile import compile_network
from app.atlas.streets.build.ways import StreetWays
from app.atlas.streets.dividers import Divider, DividerLines
from app.atlas.streets.network import Network
from app.geo import METRES_PER_DEGREE, metres_per_degree_lon

LAT, LON = 60.17, 24.94


def at(east_m: float, north_m: float) -> tuple[float, float]:
    """Return the latitude and longitude of a point in metres from the middle of the town."""
    return LAT + north_m / METRES_PER_DEGREE, LON + east_m / metres_per_degree_lon(LAT)


class Town:
    """Ways and barriers by node: `node("a", 0, 0)`, `way("a b c", highway="footway")`, `network(tmp_path)`."""

    def __init__(self) -> None:
        self.nodes: dict[str, tuple[int, float, float]] = {}
        self.ways: list[tuple[int, list[str], dict[str, str]]] = []
        self.barriers: dict[int, dict[str, str]] = {}
        self.dividers: list[tuple[Divider, np.ndarray]] = []

    def node(self, name: str, east_m: float, north_m: float, **barrier: str) -> Town:
        lat, lon = at(east_m, north_m)
        self.nodes[name] = (len(self.nodes) + 1, lat, lon)
        if barrier:
            self.barriers[self.nodes[name][0]] = barrier
        return self

    def way(self, names: str, **tags: str) -> Town:
        named = {key.replace("__", ":"): value for key, value in tags.items()}
        self.ways.append((len(self.ways) + 100, names.split(), {"highway": "residential"} | named))
        return self

    def line(self, kind: Divider, *points: tuple[float, float]) -> Town:
        """Draw a river, a railway or the like through points in metres."""
        self.dividers.append((kind, np.array([at(*point)[::-1] for point in points])))
        return self

    def street_ways(self, *, backwards: bool = False) -> StreetWays:
        ways = self.ways[::-1] if backwards else self.ways
        points = [self.nodes[name] for _, names, _ in ways for name in names]
        counts = [len(names) for _, names, _ in ways]
        return StreetWays(
            way_ids=np.array([way_id for way_id, _, _ in ways], dtype=np.int64),
            tags=[tags for _, _, tags in ways],
            offsets=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
            refs=np.array([ref for ref, _, _ in points], dtype=np.int64),
            lons=np.array([lon for _, _, lon in points], dtype=np.float64),
            lats=np.array([lat for _, lat, _ in points], dtype=np.float64),
        )

    def network(self, directory: Path, *, backwards: bool = False) -> Network:
        lines = DividerLines.of(self.dividers)
        compile_network(self.street_ways(backwards=backwards), self.barriers, directory, lines)
        return Network.open(directory)


def walk_metres(network: Network, start: tuple[float, float], end: tuple[float, float]) -> float:
    """Return the walk between two points in metres at the plain pace; steps count double."""
    shed = network.walk(network.snap(*start)[0], 3600.0)
    return float(shed.seconds_to(network.snap(*end))[0]) / 0.75


def ride_metres(network: Network, start: tuple[float, float], end: tuple[float, float], max_stress: int = 4) -> float:
    """Return the ride between two points in metres."""
    reach = network.bike(network.snap(*start)[0], 10_000.0, max_stress)
    return float(reach.metres_to(network.snap(*end))[0])
