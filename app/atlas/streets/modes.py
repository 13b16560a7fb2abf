"""Walking, cycling and driving as graphs with costs."""

from __future__ import annotations

import numpy as np

from app.atlas.streets.arrays import NetworkFiles
from app.atlas.streets.graph import BIKE_METRES_PER_SECOND
from app.atlas.streets.search import MAX_STRESS, EdgeCosts, Graph
from app.atlas.streets.walk_rules import SECONDS_PER_METRE


def walking(files: NetworkFiles) -> Graph:
    """Return the walking graph, in seconds."""
    pace = files.uses.walk_pace.astype(np.float64)
    return Graph(files.walk, EdgeCosts(files.edges, pace, pace, SECONDS_PER_METRE))


def cycling(files: NetworkFiles, max_stress: int = MAX_STRESS) -> Graph:
    """Return the cycling graph up to a level of stress, in metres; `Network.bike` says what is pushed."""
    pushed = files.uses.walk_pace.astype(np.float64) * BIKE_METRES_PER_SECOND
    ahead, against = (
        np.where((stress > 0) & (stress <= max_stress), 1.0, pushed)
        for stress in (files.uses.stress_ahead, files.uses.stress_against)
    )
    return Graph(files.bike, EdgeCosts(files.edges, ahead, against, 1.0), max_stress)


def driving(files: NetworkFiles) -> Graph:
    """Return the driving graph, in free-flow seconds; the way from a place to its street is walked."""
    ahead, against = files.uses.car_pace_ahead.astype(np.float64), files.uses.car_pace_against.astype(np.float64)
    return Graph(files.car, EdgeCosts(files.edges, ahead, against, SECONDS_PER_METRE))
