"""Places asked for by name: towns, stations, schools, parks and the rest, in the shares that people ask for them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import islice, zip_longest

from app.places import Choice
from bench.geocoder.judging import Asked
from bench.geocoder.mapped import NAME_KEYS, Thing, key
from bench.geocoder.regions import Region
from bench.geocoder.world import World

SEED = 20240608
#: An answer within this of the thing, or inside it, is right.
NEAR_M = 300.0
#: The regions that map things well; the others hold streets and houses.
REGIONS = ("monaco", "helsinki", "newport-gb", "vancouver-ca", "liechtenstein", "munich-center")
#: How many of 100 questions ask for each kind.
SHARES = {
    "settlement": 20, "station": 16, "school": 12, "park": 12, "shop": 6, "hospital": 6, "museum": 6, "church": 6,
    "hotel": 6, "university": 4, "landmark": 4, "airport": 2,
}  # fmt: skip
COMMON = ("shop", "school", "park", "church")
#: What a town's bare name stands for, whatever else is called so.
SETTLEMENTS = ("settlement", "boundary")
#: How a town's station is asked for.
STATION_IN = {"en": "{} railway station", "de": "Bahnhof {}", "fr": "Gare de {}", "fi": "{} rautatieasema"}
#: The share of things with several names that are asked for by another than the first.
OTHER_NAME = 0.3


def places(world: World, count: int = 100) -> dict[Region, list[Asked]]:
    """Draw places by kind, from the regions in turn, and ask for each by one of its names."""
    draw = random.Random(SEED)
    regions = [region for region in world.mapped if region.name in REGIONS]
    pools = {kind: _in_turn(world, regions, kind, draw) for kind in SHARES}
    asked: dict[Region, list[Asked]] = {region: [] for region in regions}
    wanted = {kind: share * count // 100 for kind, share in SHARES.items()}
    drawn = [entry for kind, pool in pools.items() for entry in islice(pool, wanted[kind])]
    # What a scarce kind could not give is taken from the commoner ones.
    rest = zip_longest(*(pools[kind] for kind in COMMON))
    drawn += islice((entry for together in rest for entry in together if entry), count - len(drawn))
    for region, question in drawn:
        asked[region].append(question)
    return asked


def _in_turn(world: World, regions: list[Region], kind: str, draw: random.Random) -> Iterator[tuple[Region, Asked]]:
    """Return the askable things of a kind, one of each region in turn, shuffled within each."""
    lists = []
    for region in regions:
        things = sorted(
            (thing for thing in world.mapped[region].things if thing.kind == kind),
            key=lambda thing: (thing.names["name"], thing.shape.lat, thing.shape.lon),
        )
        draw.shuffle(things)
        # Two of one name are one question: a station's nodes, a chain's branches.
        once = {thing.names["name"]: thing for thing in things}
        questions = [_asked_for(world, region, thing, draw) for thing in once.values()]
        lists.append([(region, question) for question in questions if question])
    return iter([entry for turn in zip_longest(*lists) for entry in turn if entry])


def _asked_for(world: World, region: Region, thing: Thing, draw: random.Random) -> Asked | None:
    """Ask for a thing by a name that no other thing of another place has, with the town where that is needed."""
    name = _drawn_name(thing, region, draw)
    if name.isdigit() or len(name) < 3:
        return None
    same = world.things[key(name)]
    if thing.kind == "settlement":
        return _question(name, thing, [other for other in same if other.kind in SETTLEMENTS])
    if any(other.kind in SETTLEMENTS for other in same):
        # The bare name means the town, so that a station there is called one.
        pattern = STATION_IN.get(region.language, "") if thing.kind == "station" else ""
        return _question(pattern.format(name), thing, [thing]) if pattern else None
    alone = all(_together(thing, other) for other in same)
    if alone and (draw.random() < 0.5 or not region.town):
        return _question(name, thing, [thing])
    here = {id(other) for other in world.mapped[region].things}
    unique = all(_together(thing, other) for other in same if id(other) in here)
    return _question(f"{name}, {region.town}", thing, [thing]) if unique and region.town else None


def _drawn_name(thing: Thing, region: Region, draw: random.Random) -> str:
    languages = {f"name:{language}" for language in (region.language, *region.others)}
    others = sorted(
        part.strip()
        for tag, value in thing.names.items()
        if tag != "name" and tag in languages.union(NAME_KEYS)
        for part in value.split(";")
        if key(part) != key(thing.names["name"])
    )
    return draw.choice(others) if others and draw.random() < OTHER_NAME else thing.names["name"]


def _together(thing: Thing, other: Thing) -> bool:
    return other is thing or thing.shape.metres_to(other.shape.lat, other.shape.lon) <= NEAR_M


def _question(text: str, thing: Thing, right_ones: list[Thing]) -> Asked:
    def right(choice: Choice) -> bool:
        at = choice.location
        return any(one.shape.metres_to(at.lat, at.lon) <= NEAR_M for one in right_ones)

    return Asked(text, f"{thing.kind} {thing.names['name']}", right)
