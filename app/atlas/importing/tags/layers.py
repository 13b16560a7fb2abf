"""From OpenStreetMap tags to the layers of a map."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from app.atlas.basemap.layers import Layer
from app.atlas.importing.tags.hazards import is_underground, road_number
from app.atlas.importing.tags.lifecycle import is_gone

Tags = Mapping[str, str]

#: What an area is on a map, the first that it says: a pond in a park is water.
AREA_VALUES: tuple[tuple[str, Mapping[str, Layer]], ...] = (
    ("natural", {"water": Layer.WATER}),
    ("waterway", {"riverbank": Layer.WATER, "dock": Layer.WATER}),
    ("landuse", {"reservoir": Layer.WATER, "basin": Layer.WATER}),
    ("leisure", {"swimming_pool": Layer.WATER}),
    ("natural", dict.fromkeys(("beach", "sand", "shingle"), Layer.BEACH)),
    ("natural", dict.fromkeys(("wood", "scrub"), Layer.WOOD)),
    ("landuse", {"forest": Layer.WOOD}),
    (
        "leisure",
        dict.fromkeys(
            ("park", "garden", "pitch", "recreation_ground", "golf_course", "common", "dog_park", "playground"),
            Layer.GREEN,
        ),
    ),
    (
        "landuse",
        dict.fromkeys(
            ("grass", "meadow", "cemetery", "allotments", "recreation_ground", "village_green", "orchard", "vineyard"),
            Layer.GREEN,
        ),
    ),
    ("natural", dict.fromkeys(("grassland", "heath", "wetland"), Layer.GREEN)),
    ("amenity", {"grave_yard": Layer.GREEN}),
    ("man_made", {"pier": Layer.PIER}),
)
#: Where people walk over an area: with area=yes, or as a relation.
SQUARE_HIGHWAYS = frozenset({"pedestrian", "footway", "path", "living_street", "steps"})

ROADS = {
    **dict.fromkeys(("motorway", "motorway_link"), Layer.MOTORWAY),
    **dict.fromkeys(("trunk", "trunk_link", "primary", "primary_link"), Layer.PRIMARY),
    **dict.fromkeys(("secondary", "secondary_link"), Layer.SECONDARY),
    **dict.fromkeys(("tertiary", "tertiary_link"), Layer.TERTIARY),
    **dict.fromkeys(("residential", "unclassified", "living_street", "pedestrian", "road"), Layer.STREET),
    **dict.fromkeys(("service", "busway", "bus_guideway"), Layer.SERVICE),
    **dict.fromkeys(("footway", "path", "cycleway", "steps", "bridleway", "track"), Layer.PATH),
}
RAILS = {
    **dict.fromkeys(("rail", "narrow_gauge", "light_rail", "subway", "funicular", "monorail"), Layer.RAIL),
    "preserved": Layer.RAIL,
    "tram": Layer.TRAM,
}
WATERWAYS = frozenset({"river", "stream", "canal", "tidal_channel"})

#: building=* that is none, or not there.
NO_BUILDINGS = frozenset({"no", "proposed", "planned", "demolished", "razed", "removed", "collapsed", "entrance"})


def layers_of(tags: Tags, *, is_closed: bool) -> Iterator[Layer]:
    """Yield the layers that a way is drawn on, but for BUILDING: a street with tram tracks is on two."""
    if is_gone(tags) and "waterway" not in tags and "natural" not in tags:
        return
    yield from _lines(tags)
    if is_closed and (layer := area_layer(tags)) is not None:
        yield layer


def _lines(tags: Tags) -> Iterator[Layer]:
    if tags.get("natural") == "coastline":
        yield Layer.COAST
    if tags.get("waterway") in WATERWAYS and not is_underground(tags):
        yield Layer.WATERWAY
    if tags.get("tunnel", "no") != "no" or tags.get("indoor") == "yes":
        return
    if (road := ROADS.get(tags.get("highway", ""))) is not None and tags.get("area") != "yes":
        yield road
    if (rail := RAILS.get(tags.get("railway", ""))) is not None and "service" not in tags:
        yield rail


def area_layer(tags: Tags) -> Layer | None:
    """Return the layer of a closed way; None for one that is no area, or is not seen from above."""
    if tags.get("area") == "no" or tags.get("natural") == "coastline" or is_underground(tags):
        return None
    if "highway" in tags:
        is_square = tags.get("area") == "yes" and tags["highway"] in SQUARE_HIGHWAYS
        return Layer.SQUARE if is_square else None
    return _of_values(tags)


def relation_layers(tags: Tags) -> Iterator[Layer]:
    """Yield the layers of an area that is a relation, BUILDING too."""
    if is_building(tags):
        yield Layer.BUILDING
    if is_gone(tags) and "natural" not in tags:
        return
    if (layer := area_layer({**tags, "area": "yes"})) is not None:
        yield layer


def _of_values(tags: Tags) -> Layer | None:
    for key, values in AREA_VALUES:
        if (layer := values.get(tags.get(key, ""))) is not None:
            return layer
    return None


def is_building(tags: Tags) -> bool:
    """Return whether a thing is a building above the ground."""
    return is_building_value(tags.get("building", ""), tags.get("location", ""))


def is_building_value(building: str, location: str) -> bool:
    """Return the same for the values of the two tags, "" for none."""
    return building not in NO_BUILDINGS and building != "" and location != "underground"


def map_name(tags: Tags) -> str:
    """Return what a map writes along or on a shape: its name, a motorway's number, or nothing."""
    name = tags.get("name", "")
    return name or (road_number(tags) if tags.get("highway") == "motorway" else "")
