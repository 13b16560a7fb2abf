"""The streets of an extract as columns, and what their tags let people do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.atlas.streets.rules.bike import NO_CYCLING, Stress, bike_stress, lane_share, path_share
from app.atlas.streets.rules.car import CLOSED, Pace, car_pace
from app.atlas.streets.rules.walk import (
    SECONDS_PER_METRE,
    STEPS_SECONDS_PER_METRE,
    Tags,
    is_steps,
    is_underground,
    walking_directions,
    way_class,
)


@dataclass(frozen=True, slots=True)
class StreetWays:
    """Every highway and ferry way of an extract. Nodes of way i are positions offsets[i] to offsets[i + 1].

    Coordinates are degrees; a node that the extract does not hold has NaN, and the way is cut there.
    """

    way_ids: NDArray[np.int64]
    tags: list[dict[str, str]]
    offsets: NDArray[np.int64]
    refs: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]

    def in_order(self) -> StreetWays:
        """Return the same ways by ascending id, so that results do not depend on the order of the file."""
        order = np.argsort(self.way_ids, kind="stable")
        return self if np.array_equal(order, np.arange(len(order))) else self.pick(order)

    def pick(self, order: NDArray[np.int64]) -> StreetWays:
        """Return some of the ways, in this order."""
        counts = np.diff(self.offsets)[order]
        offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        pick = np.repeat(self.offsets[:-1][order] - offsets[:-1], counts) + np.arange(offsets[-1])
        tags = [self.tags[i] for i in order]
        return StreetWays(self.way_ids[order], tags, offsets, self.refs[pick], self.lons[pick], self.lats[pick])


#: Classes that make up the street pattern: junctions and blocks are counted on these.
STREET_CLASSES = frozenset(
    {"trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link", "tertiary", "tertiary_link"}
    | {"unclassified", "residential", "living_street", "pedestrian", "road"}
)
#: Classes that a long drive keeps to between the streets at its start and those at its end.
MAIN_ROADS = frozenset(
    {"motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link"}
    | {"tertiary", "tertiary_link"}
)
#: A station is on the street before it, wherever its platforms are joined to others.
_NO_ADDRESSES = frozenset({"motorway", "motorway_link", "platform"})


class Use(NamedTuple):
    """What a way's tags let people do on it. Paces are seconds per metre, infinity where not allowed."""

    walk_pace: Pace
    stress: Stress
    car_pace: Pace
    is_street: bool
    is_roundabout: bool
    is_main_road: bool
    #: Not a tunnel, a motorway, a platform or an escalator: an address may be looked for on it.
    has_addresses: bool
    is_bridge: bool
    path_share: float
    lane_share: float

    @property
    def is_open(self) -> bool:
        """Return whether anybody may use it."""
        return max(self.stress) > NO_CYCLING or min(*self.walk_pace, *self.car_pace) < float("inf")


def use_of(tags: Tags, *, drives_left: bool = False, residents: bool = False) -> Use:
    """Read what a way lets people do, or, on foot, those who live there."""
    pace = STEPS_SECONDS_PER_METRE if is_steps(tags) else SECONDS_PER_METRE
    walked = walking_directions(tags, residents=residents)
    # What carries people one way only leads to a place or from it, but not both.
    is_two_way = walked.forward == walked.backward
    return Use(
        walk_pace=Pace(*(pace if is_open else float("inf") for is_open in walked)),
        stress=bike_stress(tags, drives_left=drives_left),
        car_pace=car_pace(tags),
        is_street=tags.get("highway") in STREET_CLASSES and tags.get("area") != "yes",
        is_roundabout=tags.get("junction") in {"roundabout", "circular"},
        is_main_road=tags.get("highway") in MAIN_ROADS,
        has_addresses=is_two_way and not is_underground(tags) and way_class(tags) not in _NO_ADDRESSES,
        is_bridge=tags.get("bridge", "no") not in {"no", "boardwalk"},
        path_share=path_share(tags),
        lane_share=lane_share(tags),
    )


def link_use(foot: bool, bike: bool, car: bool) -> Use:
    """Return the use of the link that leads through a barrier for those who may pass it."""
    walk_pace = Pace(SECONDS_PER_METRE, SECONDS_PER_METRE) if foot else CLOSED
    stress = Stress(1, 1) if bike else Stress(NO_CYCLING, NO_CYCLING)
    return Use(walk_pace, stress, Pace(1.0, 1.0) if car else CLOSED, False, False, True, False, False, 0.0, 0.0)


def drives_left(ways: StreetWays) -> bool:
    """Return whether people drive on the left: most roundabouts then run clockwise."""
    turning = 0.0
    for i, tags in enumerate(ways.tags):
        if tags.get("junction") == "roundabout":
            nodes = slice(int(ways.offsets[i]), int(ways.offsets[i + 1]))
            turning += float(np.sign(_twice_the_area(ways.lons[nodes], ways.lats[nodes])))
    return turning < 0


def _twice_the_area(lons: NDArray[np.float64], lats: NDArray[np.float64]) -> float:
    """Return a figure that is positive where points run counter-clockwise; arcs are closed by their chord."""
    x, y = lons - lons[:1].sum(), lats - lats[:1].sum()
    return float(np.nan_to_num(x * np.roll(y, -1) - np.roll(x, -1) * y).sum())


#: Keys that some rule reads, up to the first colon. Ways that differ in other tags only share one result.
KEYS_READ = frozenset(
    {
        "highway",
        "area",
        "construction",
        "access",
        "foot",
        "bicycle",
        "vehicle",
        "motor_vehicle",
        "motorcar",
        "motorroad",
    }
    | {"sidewalk", "tunnel", "location", "junction", "oneway", "maxspeed", "lanes", "cycleway", "lts"}
    | {"disused", "abandoned", "demolished", "razed", "conveying", "bridge", "doorstep"}
    | {"railway", "public_transport", "man_made"}
)


class UseNumbers:
    """The distinct uses of a region, numbered in the order in which they first occur."""

    def __init__(self, *, drives_left: bool = False, residents: bool = False) -> None:
        self._drives_left, self.residents = drives_left, residents
        self.uses: list[Use] = []
        self._numbers: dict[Use, int] = {}
        self._seen: dict[frozenset[tuple[str, str]], int] = {}

    def number(self, use: Use) -> int:
        """Return the number of a use, giving it one when it is new."""
        if use not in self._numbers:
            self._numbers[use] = len(self.uses)
            self.uses.append(use)
        return self._numbers[use]

    def number_of_tags(self, tags: Mapping[str, str]) -> int:
        """Return the number of the use that a way's tags describe."""
        read = frozenset(item for item in tags.items() if item[0].partition(":")[0] in KEYS_READ)
        if read not in self._seen:
            self._seen[read] = self.number(use_of(tags, drives_left=self._drives_left, residents=self.residents))
        return self._seen[read]
