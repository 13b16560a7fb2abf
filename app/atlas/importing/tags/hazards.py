"""From OpenStreetMap tags to what a safety check looks at; what runs underground is left out here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.places import Kind

Tags = Mapping[str, str]

#: Elements with none of these are no hazard.
HAZARD_KEYS = frozenset(
    ["amenity", "highway", "aeroway", "railway", "power", "man_made", "landuse", "waterway", "natural"]
)
ROADS = {
    "motorway": Kind.MOTORWAY,
    "trunk": Kind.TRUNK_ROAD,
    "primary": Kind.PRIMARY_ROAD,
    "secondary": Kind.SECONDARY_ROAD,
    "tertiary": Kind.TERTIARY_ROAD,
    "unclassified": Kind.OTHER_ROAD,
    "residential": Kind.OTHER_ROAD,
    "living_street": Kind.OTHER_ROAD,
    "road": Kind.OTHER_ROAD,
}
ROADS |= {f"{value}_link": ROADS[value] for value in ("motorway", "trunk", "primary", "secondary", "tertiary")}

#: Overhead lines from this voltage on count (scoring: "200 kV or unknown").
HIGH_VOLTAGE_V = 200_000
#: industrial=* that people call heavy: smoke, fire, poison. Depots, warehouses and business parks are not.
HEAVY_INDUSTRIES = frozenset({
    "aluminium_smelting", "asphalt_plant", "cement", "cement_plant", "chemical", "chemicals", "coking",
    "concrete_plant", "explosives", "fertilizer", "foundry", "gas", "gas_plant", "hazardous", "heavy",
    "incinerator", "lime_kiln", "metal_processing", "mine", "oil", "paper_mill", "petrochemical", "petroleum",
    "refinery", "rendering_plant", "scrap_yard", "shipyard", "slaughterhouse", "smelter", "steel", "steel_mill",
    "steelmaking", "steelworks", "tank_farm", "thermal_power_plant", "waste_incineration",
})  # fmt: skip
BURNT_FUELS = frozenset({"coal", "gas", "oil", "diesel", "waste"})
#: Factories (man_made=works) whose products make no heavy industry.
LIGHT_PRODUCTS = frozenset({
    "beer", "bread", "cake", "chocolate", "cider", "clothes", "coffee", "dairy", "food", "furniture", "milk",
    "printing", "shoes", "textiles", "water", "wine",
})  # fmt: skip
#: Standing water that no flood comes from.
SMALL_WATER = frozenset({"pool", "basin", "wastewater", "fountain", "reflecting_pool", "pond", "tank", "fish_pass"})


def hazard_kinds(tags: Tags) -> set[Kind]:
    """Return the kinds (100 and up) that a safety check measures the distance to."""
    kinds = {kind for key, sort in _SORTERS if key in tags and (kind := sort(tags)) is not None}
    if kinds and is_underground(tags):
        kinds.clear()
    if tags.get("amenity") == "fuel":
        kinds.add(Kind.FUEL_STATION)
    return kinds


def is_underground(tags: Tags) -> bool:
    """Return whether a line runs in a tunnel, a culvert or under the ground."""
    return (
        tags.get("tunnel", "no") != "no"
        or tags.get("location") in {"underground", "underwater"}
        or tags.get("covered") == "yes"
    )


def voltage_v(text: str) -> int | None:
    """Return the highest voltage in a tag ("110000;20000"), or None where there is no number in it."""
    numbers = [int(part) for part in re.findall(r"\d+", text)]
    return max(numbers, default=None)


def _road(tags: Tags) -> Kind | None:
    return ROADS.get(tags["highway"])


def _runway(tags: Tags) -> Kind | None:
    return Kind.RUNWAY if tags["aeroway"] == "runway" and tags.get("runway") != "helipad" else None


def _railway(tags: Tags) -> Kind | None:
    return Kind.RAILWAY if _is_main_line(tags) else None


def _is_main_line(tags: Tags) -> bool:
    """Trains pass here: no yard, siding or spur, no industrial or museum line, no subway, no tram."""
    railway, usage = tags.get("railway"), tags.get("usage", "")
    if "service" in tags or usage in {"industrial", "military", "tourism", "test", "leisure"}:
        return False
    if tags.get("railway:preserved") == "yes":
        return False
    return railway == "rail" or (railway == "narrow_gauge" and usage in {"main", "branch"})


def _power(tags: Tags) -> Kind | None:
    if tags["power"] == "line":
        voltage = voltage_v(tags.get("voltage", ""))
        return Kind.POWER_LINE if voltage is None or voltage >= HIGH_VOLTAGE_V else None
    burns = tags["power"] == "plant" and not BURNT_FUELS.isdisjoint(_values(tags, "plant:source"))
    return Kind.HEAVY_INDUSTRY if burns else None


def _plant(tags: Tags) -> Kind | None:
    if tags["man_made"] == "wastewater_plant":
        return Kind.WASTEWATER_PLANT
    is_factory = tags["man_made"] == "works" and LIGHT_PRODUCTS.isdisjoint(_values(tags, "product"))
    return Kind.HEAVY_INDUSTRY if is_factory and "shop" not in tags else None


def is_some_factory(tags: Tags) -> bool:
    """Return whether nothing but man_made=works says that it is heavy: no product, industry or fuel."""
    if tags.get("man_made") != "works" or tags.get("power") == "plant":
        return False
    return HEAVY_INDUSTRIES.isdisjoint([*_values(tags, "industrial"), *_values(tags, "product")])


def _land(tags: Tags) -> Kind | None:
    landuse = tags["landuse"]
    if landuse == "industrial":
        heavy = not HEAVY_INDUSTRIES.isdisjoint(_values(tags, "industrial")) or tags.get("hazard") == "industrial"
        return Kind.HEAVY_INDUSTRY if heavy else None
    return {"landfill": Kind.LANDFILL, "quarry": Kind.QUARRY}.get(landuse)


def _water(tags: Tags) -> Kind | None:
    if tags.get("waterway") in {"river", "stream", "canal", "riverbank"}:
        return Kind.WATERCOURSE
    if tags.get("natural") == "coastline":
        return Kind.WATERCOURSE
    if tags.get("natural") == "water" and tags.get("water", "") not in SMALL_WATER:
        return Kind.WATERCOURSE
    return None


def _values(tags: Tags, key: str) -> list[str]:
    return [part.strip() for part in tags.get(key, "").split(";")]


#: Which key calls for which question.
_SORTERS: tuple[tuple[str, Callable[[Tags], Kind | None]], ...] = (
    ("highway", _road),
    ("aeroway", _runway),
    ("railway", _railway),
    ("power", _power),
    ("man_made", _plant),
    ("landuse", _land),
    ("waterway", _water),
    ("natural", _water),
)
