"""From OpenStreetMap tags to what a safety check looks at; what runs underground is left out here.

What counts for people, and why, is said in `pipeline/rules/safety.py`, one row for each check.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.atlas.facts import HIGH_VOLTAGE_V
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

NO, YES = frozenset({"no", "none"}), frozenset({"yes", "designated", "permissive", "official", "only"})


def road_number(tags: Tags) -> str:
    """Return a road's number, "7/15" where it bears several, "" for none."""
    return "/".join(number.strip() for number in tags.get("ref", "").split(";"))


def hazard_kinds(tags: Tags) -> set[Kind]:
    """Return the kinds (100 and up) that a safety check measures the distance to."""
    kinds = {kind for key, sort in _SORTERS if key in tags and (kind := sort(tags)) is not None}
    if kinds and is_underground(tags):
        kinds.clear()
    # The pumps stand under a roof, often under a house.
    if tags.get("amenity") == "fuel" and is_petrol_station(tags):
        kinds.add(Kind.FUEL_STATION)
    return kinds


def is_underground(tags: Tags) -> bool:
    """Return whether a line runs in a tunnel, a culvert or under the ground."""
    return (
        tags.get("tunnel", "no") != "no"
        or tags.get("location") in {"underground", "underwater"}
        or tags.get("covered") == "yes"
    )


# --- petrol stations ---------------------------------------------------------------------------------

#: fuel:* that evaporates at the pump: petrol and diesel, by the beginning of the key.
_MOTOR_FUELS = (
    *("octane", "diesel", "hgv_diesel", "gtl_diesel", "biodiesel", "taxfree_diesel", "petrol", "gasoline", "unleaded"),
    *("regular", "midgrade", "premium", "super", "sp95", "sp98", "1_25", "1_50", "2_stroke", "b7", "b10", "b20", "hvo"),
    *("xtl", "e5", "e10", "e20", "e30", "e50", "e75", "e85", "e100", "ethanol"),
)
#: Values of access=* where no stranger fills up: a depot's own pumps.
_OWN_PUMPS = frozenset({"private", "no", "employees", "military", "permit", "delivery", "agricultural", "forestry"})
#: Keys that tell a pump for boats.
_FOR_BOATS = frozenset({"boat", "ship", "motorboat", "mooring"})


def is_petrol_station(tags: Tags) -> bool:
    """Return whether cars are filled with petrol or diesel here: no dock, airfield, depot, charger or gas pump."""
    if tags.get("access") in _OWN_PUMPS or not NO.isdisjoint((tags.get("motor_vehicle"), tags.get("motorcar"))):
        return False
    if tags.get("motorcar") in YES or tags.get("motor_vehicle") in YES:
        return True
    if tags.get("waterway") == "fuel" or tags.get("aeroway") == "fuel" or tags.get("aircraft") in YES:
        return False
    at_sea = any(key.startswith("seamark:") for key in tags) or any(tags.get(key) in YES for key in _FOR_BOATS)
    return not at_sea and _sells_motor_fuel(tags)


def _sells_motor_fuel(tags: Tags) -> bool:
    """Return whether petrol or diesel is among the fuels, where the map lists some that are sold."""
    sold = [key[5:].lower() for key, value in tags.items() if key.startswith("fuel:") and value not in NO]
    return not sold or any(fuel.startswith(_MOTOR_FUELS) for fuel in sold)


# --- roads, rails, runways and power lines -------------------------------------------------------------


def _road(tags: Tags) -> Kind | None:
    return ROADS.get(tags["highway"]) if _has_traffic(tags) else None


def _has_traffic(tags: Tags) -> bool:
    """Return whether cars or buses may drive: the most exact of the tags that say it decides."""
    says = next((tags[key] for key in ("motorcar", "motor_vehicle", "vehicle", "access") if key in tags), "yes")
    return says not in NO or not YES.isdisjoint((tags.get("bus"), tags.get("psv"), tags.get("hgv")))


#: Runways of these bear no airliner: gliders and light aircraft use them, and seaplanes.
SOFT_RUNWAYS = frozenset({
    "grass", "ground", "earth", "dirt", "mud", "sand", "turf", "unpaved", "water", "snow", "ice", "artificial_turf",
})  # fmt: skip


def _runway(tags: Tags) -> Kind | None:
    if tags["aeroway"] != "runway" or tags.get("runway") in {"helipad", "model"}:
        return None
    return None if _is_for_models(tags) or not SOFT_RUNWAYS.isdisjoint(_values(tags, "surface")) else Kind.RUNWAY


def _is_for_models(tags: Tags) -> bool:
    told = (tags.get(key, "") for key in ("sport", "aerodrome:type", "aeroway:type", "club", "leisure"))
    return "model_aerodrome" in tags or any("model" in value for value in told)


#: usage=* of lines that hardly a train passes, or only old ones on Sundays.
_QUIET_USAGE = frozenset({"industrial", "military", "tourism", "test", "leisure", "heritage", "science"})
#: Rails closer together than this (millimetres) carry park railways.
SMALLEST_GAUGE_MM = 600


def _railway(tags: Tags) -> Kind | None:
    return Kind.RAILWAY if _is_main_line(tags) else None


def _is_main_line(tags: Tags) -> bool:
    """Trains pass here: no yard, siding or spur, no industrial or museum line, no subway, no tram."""
    railway, usage = tags.get("railway"), tags.get("usage", "")
    if "service" in tags or usage in _QUIET_USAGE or "yes" in (tags.get("railway:preserved"), tags.get("miniature")):
        return False
    gauges = [int(gauge) for gauge in re.findall(r"\d+", tags.get("gauge", ""))]
    if gauges and max(gauges) < SMALLEST_GAUGE_MM:
        return False
    return railway == "rail" or (railway == "narrow_gauge" and usage in {"main", "branch"})


_GROUPED = re.compile(r"\d{1,3}(?:[ ,.']\d{3})+(?!\d)|\d+")
_KILOVOLTS = re.compile(r"\d+(?:\.\d+)?")
#: Nobody writes more than this many kilovolts: "380000 kV" are volts.
_MOST_KV = 2_000


def voltage_v(text: str) -> int | None:
    """Return the highest voltage in a tag ("110000;20000", "110/20 kV", "400,000"); None without a number in it."""
    volts = [value for part in re.split(r"[;|]", text) for value in _volts(part)]
    return max(volts, default=None)


def _volts(text: str) -> list[int]:
    if "kv" not in text.lower():
        return [int(re.sub(r"\D", "", number)) for number in _GROUPED.findall(text)]
    numbers = [float(number) for number in _KILOVOLTS.findall(text)]
    return [round(number * 1_000) if number <= _MOST_KV else round(number) for number in numbers]


def _power(tags: Tags) -> Kind | None:
    if tags["power"] == "line":
        if tags.get("line") in {"busbar", "bay"}:
            return None  # a part of a substation
        voltage = voltage_v(tags.get("voltage", ""))
        return Kind.POWER_LINE if voltage is None or voltage >= HIGH_VOLTAGE_V else None
    burns = tags["power"] == "plant" and not BURNT_FUELS.isdisjoint(_values(tags, "plant:source"))
    return Kind.HEAVY_INDUSTRY if burns else None


# --- plants, factories and pits ---------------------------------------------------------------------

#: industrial=* and product=* that people call heavy: smoke, fire, poison; no depots, no business parks.
HEAVY_INDUSTRIES = frozenset({
    "aluminium", "aluminium_smelting", "asphalt", "asphalt_plant", "cement", "cement_plant", "chemical", "chemicals",
    "coke", "coking", "concrete_plant", "explosives", "fertilizer", "foundry", "gas_plant", "hazardous", "heavy",
    "incinerator", "lime_kiln", "metal_processing", "mine", "paper_mill", "petrochemical", "petroleum", "refinery",
    "rendering_plant", "scrap_yard", "shipyard", "slaughterhouse", "smelter", "steel", "steel_mill", "steelmaking",
    "steelworks", "tank_farm", "thermal_power_plant", "waste_incineration",
})  # fmt: skip
#: industrial=* that may be a large store of fuel or a hut where a pipe ends: their size tells.
SOME_INDUSTRIES = frozenset({"gas", "oil"})
BURNT_FUELS = frozenset({"coal", "gas", "oil", "diesel", "waste", "nuclear"})
#: Factories (man_made=works) whose products make no heavy industry.
LIGHT_PRODUCTS = frozenset({
    "beer", "bread", "cake", "cheese", "chocolate", "cider", "clothes", "coffee", "dairy", "food", "furniture", "honey",
    "ice_cream", "milk", "pasta", "printing", "shoes", "spirits", "textiles", "water", "whisky", "wine",
})  # fmt: skip


def _plant(tags: Tags) -> Kind | None:
    if tags["man_made"] == "wastewater_plant":
        return Kind.WASTEWATER_PLANT
    is_factory = tags["man_made"] == "works" and LIGHT_PRODUCTS.isdisjoint(_values(tags, "product"))
    # A brewery with a taproom, a potter's workshop, a factory outlet.
    is_small_trade = not {"shop", "amenity", "craft", "tourism"}.isdisjoint(tags)
    return Kind.HEAVY_INDUSTRY if is_factory and not is_small_trade else None


def is_some_factory(tags: Tags) -> bool:
    """Return whether nothing says how heavy it is: no product, industry or fuel that people call so."""
    if tags.get("power") == "plant" or tags.get("hazard") == "industrial":
        return False
    return HEAVY_INDUSTRIES.isdisjoint([*_values(tags, "industrial"), *_values(tags, "product")])


def _land(tags: Tags) -> Kind | None:
    landuse = tags["landuse"]
    if landuse == "industrial":
        heavy = not (HEAVY_INDUSTRIES | SOME_INDUSTRIES).isdisjoint(_values(tags, "industrial"))
        return Kind.HEAVY_INDUSTRY if heavy or tags.get("hazard") == "industrial" else None
    if landuse == "reservoir":
        return _water(tags)
    return {"landfill": Kind.LANDFILL, "quarry": Kind.QUARRY}.get(landuse)


# --- water ------------------------------------------------------------------------------------------

#: Lines and old-style areas of flowing water.
FLOWING = frozenset({"river", "riverbank", "stream", "canal", "tidal_channel", "dock"})
#: water=* that no flood comes from.
SMALL_WATER = frozenset({
    "pool", "swimming_pool", "natural_pool", "basin", "wastewater", "fountain", "reflecting_pool", "pond", "tank",
    "fish_pass", "fishpond", "ditch", "drain", "stream_pool", "puddle", "cenote", "slurry",
})  # fmt: skip


def _water(tags: Tags) -> Kind | None:
    if tags.get("natural") == "coastline" or tags.get("waterway") in {"river", "riverbank"}:
        return Kind.WATERCOURSE
    if tags.get("intermittent") == "yes" or tags.get("seasonal", "no") != "no":
        # A river that is dry in summer comes back as a torrent; a brook or pool that does is a wet meadow.
        return Kind.WATERCOURSE if tags.get("water") == "river" else None
    if tags.get("waterway") in FLOWING:
        return Kind.WATERCOURSE
    is_open = tags.get("natural") == "water" or tags.get("landuse") == "reservoir"
    is_small = tags.get("water", "") in SMALL_WATER or tags.get("amenity") == "fountain"
    is_kept = tags.get("leisure") == "swimming_pool" or tags.get("man_made") == "reservoir_covered"
    return Kind.WATERCOURSE if is_open and not is_small and not is_kept else None


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
