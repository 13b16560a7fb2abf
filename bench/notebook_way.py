"""The same question the way a notebook user asks it: osmnx and networkx on the same extract.

Run by `bench.evaluate` in a virtual environment of its own (osmnx is installed for the benchmark only). Reads one
extract and a JSON list of [lat, lon]; prints as JSON the seconds to load, and the seconds each address took.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx
import osmium
import osmnx as ox

#: What the 15-minute index, the walk index and tier 2 ask for, as a notebook would tag it.
AMENITIES = """
    restaurant fast_food pub bar food_court cafe bank atm post_office pharmacy doctors clinic school kindergarten
    childcare university college library cinema theatre arts_centre community_centre
"""
LEISURE = "park garden playground nature_reserve fitness_centre sports_centre swimming_pool pitch"
WANTED = {
    "amenity": AMENITIES.split(),
    "shop": True,
    "leisure": LEISURE.split(),
    "tourism": ["museum"],
    "highway": ["bus_stop"],
    "railway": ["station", "tram_stop", "halt"],
}
WALK_M_PER_S = 80 / 60


def main(extract: str, points: list[tuple[float, float]]) -> None:
    """Load the extract once, answer every address, print the seconds of each."""
    with tempfile.TemporaryDirectory() as folder:
        xml = Path(folder) / "extract.osm"
        began = time.perf_counter()
        writer = osmium.SimpleWriter(str(xml))
        for element in osmium.FileProcessor(extract):
            writer.add(element)
        writer.close()
        graph = ox.graph_from_xml(xml, bidirectional=True, simplify=True)
        places = ox.features_from_xml(xml, tags=WANTED)
        load_s = time.perf_counter() - began
    for _, _, data in graph.edges(data=True):
        data["seconds"] = data["length"] / WALK_M_PER_S
    answers = []
    for lat, lon in points:
        began = time.perf_counter()
        answer(graph, places, lat, lon)
        answers.append(time.perf_counter() - began)
    print(json.dumps({"load_s": load_s, "answer_s": answers}))


def answer(graph: nx.MultiDiGraph, places: object, lat: float, lon: float) -> int:
    """Return how many places lie within a 45-minute walk, after timing the walk to each."""
    near = places.cx[lon - 0.06 : lon + 0.06, lat - 0.035 : lat + 0.035]  # type: ignore[attr-defined]
    centre = near.geometry.representative_point()
    origin = ox.distance.nearest_nodes(graph, lon, lat)
    seconds = nx.single_source_dijkstra_path_length(graph, origin, cutoff=45 * 60, weight="seconds")
    nodes = ox.distance.nearest_nodes(graph, centre.x.to_numpy(), centre.y.to_numpy())
    return sum(node in seconds for node in nodes)


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
