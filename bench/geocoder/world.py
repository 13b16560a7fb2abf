"""All regions of a run together: what fits a text is looked up in every one of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from bench.geocoder.mapped import House, Mapped, Point, Shape, Thing, key, metres, metres_to_line, read
from bench.geocoder.regions import Region

#: An answer within this of an element that fits is right.
RIGHT_M = 50.0
STREET_M = 100.0
#: Elements that fit equally well and are further apart than this are different places.
APART_M = 150.0
STREETS_APART_M = 3_000.0


@dataclass(slots=True)
class World:
    """The extracts, and indexes over the houses, streets and named things of all of them."""

    mapped: dict[Region, Mapped]
    houses: dict[tuple[str, str], list[House]] = field(default_factory=lambda: defaultdict(list))
    streets: dict[str, list[tuple[Point, ...]]] = field(default_factory=lambda: defaultdict(list))
    #: The houses of each street.
    beside: dict[str, list[Shape]] = field(default_factory=lambda: defaultdict(list))
    things: dict[str, list[Thing]] = field(default_factory=lambda: defaultdict(list))
    words: set[str] = field(default_factory=set)

    def fitting(self, street: str, number: str, city: str = "", postcode: str = "") -> list[House]:
        """Return the houses with a number on a street; in a city or with a postcode, where these are named."""
        return [
            house
            for house in self.houses[key(street), plain_number(number)]
            if (not city or key(house.city) == key(city))
            and (not postcode or plain_number(house.postcode) in (plain_number(postcode), ""))
        ]

    def on_street(self, name: str, lat: float, lon: float) -> bool:
        """Return whether a point lies on a street of that name, or at one of its houses."""
        on_a_way = any(metres_to_line(line, lat, lon) <= STREET_M for line in self.streets[key(name)])
        return on_a_way or any(shape.metres_to(lat, lon) <= STREET_M for shape in self.beside[key(name)])

    def streets_apart(self, name: str) -> bool:
        """Return whether streets of that name lie too far from each other to be one street."""
        ends = [line[0] for line in self.streets[key(name)]]
        return any(metres(*ends[0], *end) > STREETS_APART_M for end in ends)


def load(extracts: dict[Region, Path]) -> World:
    """Read all extracts."""
    return world_of({region: read(path) for region, path in extracts.items()})


def world_of(mapped: dict[Region, Mapped]) -> World:
    """Index what was read."""
    world = World(mapped)
    for one in mapped.values():
        world.words |= one.words
        for house in one.houses:
            world.beside[key(house.street)].append(house.shape)
            for number in numbers_of(house):
                world.houses[key(house.street), plain_number(number)].append(house)
        for name, lines in one.streets.items():
            world.streets[key(name)] += lines
        for _, translation, name in one.translated:
            world.streets[key(translation)] += one.streets[name]
        for thing in one.things:
            for name in {key(name) for name in thing.names.values()}:
                world.things[name].append(thing)
    return world


def numbers_of(house: House) -> list[str]:
    """Return the numbers that a tag lists ("12;14"), the one behind a flat's ("#262-2800"), and the tag itself."""
    parts = [part.strip() for part in re.split("[;,]", house.number)]
    behind = [part.partition("-")[2] for part in parts if part.startswith("#")]
    return list(dict.fromkeys(part for part in chain(parts, behind, [house.number]) if part))


def plain_number(text: str) -> str:
    """Return a number or postcode without blanks, in small letters."""
    return re.sub(r"\s", "", text.casefold())


def at_one(houses: Iterable[House], lat: float, lon: float) -> bool:
    """Return whether a point is at one of the houses."""
    return any(house.shape.metres_to(lat, lon) <= RIGHT_M for house in houses)


def far_apart(houses: list[House]) -> bool:
    """Return whether the houses are not all in one place."""
    first = houses[0].shape
    return any(first.metres_to(other.shape.lat, other.shape.lon) > APART_M for other in houses[1:])
