"""The safety checks of tier 1: what counts and why, distances, evidence, and how strong it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from app.atlas.facts import (
    HIGH_VOLTAGE_V,
    LEAST_RUNWAY_M,
    SMALLEST_FACTORY_M2,
    SMALLEST_SITE_M2,
    SMALLEST_WATER_M2,
)
from app.geo import Box
from app.places import Kind
from app.wording import exact, limit

TRAFFIC_AIR = "Most traffic pollutants fall to the background level within 115 to 570 m of a road (Karner 2010)."
HARM = "Odour, dust and emissions are strongest within a few hundred metres of such sites."


class Known(StrEnum):
    """What must be on the map before finding nothing means that there is nothing."""

    #: Roads are what every extract holds.
    STREETS = "streets"
    #: Railways, water and runways are drawn first and everywhere: one of them anywhere in the region is enough.
    LAND = "land"
    #: Pumps, plants and lines on pylons are drawn where people also map shops, schools and doctors.
    PLACES = "places"


#: Railways, water, sites, lines and runways: where a region has none of them at all, it holds streets alone.
LAND_KINDS = (
    *(Kind.RAILWAY, Kind.POWER_LINE, Kind.LANDFILL, Kind.WASTEWATER_PLANT),
    *(Kind.HEAVY_INDUSTRY, Kind.QUARRY, Kind.RUNWAY, Kind.WATERCOURSE),
)


@dataclass(frozen=True, slots=True)
class SafetyRule:
    """One check of the distance to the nearest thing of some kinds. `fail_m` None: it never fails anyone."""

    key: str
    title: str
    #: What is looked for, in the plural, for sentences.
    things: str
    kinds: tuple[Kind, ...]
    fail_m: float | None
    warn_m: float
    evidence: str
    strength: str
    known: Known
    #: What is such a thing, what only looks like one, and why: the tags are read by `importing/tags/hazards.py`.
    counts: str
    does_not_count: str
    why: str
    #: Lanes that a road must have for the fail distance to apply.
    fail_lanes: int | None = None
    #: Lanes from which a road of a lower class counts too.
    or_lanes: int | None = None
    #: With so many kilometres of street near by and not one such thing in the whole region, it is not mapped here.
    expected_km: float | None = None


ROAD_KINDS = (
    *(Kind.MOTORWAY, Kind.TRUNK_ROAD, Kind.PRIMARY_ROAD),
    *(Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD, Kind.OTHER_ROAD),
)
NOT_ROADS = "Tunnels, covered roads, roads being built or planned, roads closed to cars"

RULES = (
    SafetyRule(
        key="fuel_station",
        title="Petrol station",
        things="petrol stations",
        kinds=(Kind.FUEL_STATION,),
        fail_m=50.0,
        warn_m=160.0,
        evidence="Benzene was found above the reference level up to 160 m away (Hilpert 2019); California keeps homes "
        "91 m off.",
        strength="moderate",
        known=Known.PLACES,
        counts="Where cars fill up with petrol or diesel.",
        does_not_count="Pumps for boats or aircraft, sites that sell only gas, hydrogen or electricity, the pumps of a "
        "depot that lets nobody in, closed stations.",
        why="The evidence is about petrol that evaporates while cars are filled.",
        expected_km=100.0,
    ),
    SafetyRule(
        key="motorway",
        title="Motorway or trunk road",
        things="motorways or trunk roads",
        kinds=(Kind.MOTORWAY, Kind.TRUNK_ROAD),
        fail_m=150.0,
        warn_m=300.0,
        evidence=TRAFFIC_AIR,
        strength="strong",
        known=Known.STREETS,
        counts="Motorways and trunk roads, and their slip roads, which warn and never fail.",
        does_not_count=f"{NOT_ROADS}.",
        why="Traffic in the open is what is heard and breathed; a slip road carries a small part of it.",
    ),
    SafetyRule(
        key="busy_road",
        title="Busy road",
        things="main roads or other roads of 4 lanes or more",
        kinds=(Kind.PRIMARY_ROAD, Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD, Kind.OTHER_ROAD),
        fail_m=20.0,
        warn_m=75.0,
        evidence=TRAFFIC_AIR,
        strength="strong",
        known=Known.STREETS,
        counts="Main roads, and every other road with 4 lanes or more.",
        does_not_count=f"{NOT_ROADS}; roads of a town with fewer lanes, which count for the noise.",
        why="The map knows no traffic counts; its class and its lanes are the nearest to them.",
        fail_lanes=4,
        or_lanes=4,
    ),
    SafetyRule(
        key="railway",
        title="Railway line",
        things="railway lines above ground",
        kinds=(Kind.RAILWAY,),
        fail_m=None,
        warn_m=50.0,
        evidence="The World Health Organization recommends less than 54 dB of railway noise over the day.",
        strength="moderate",
        known=Known.LAND,
        counts="Lines with trains, of narrow gauge too where the map calls them a main or branch line.",
        does_not_count="Sidings, yards, spurs and depots, trams, light rail and undergrounds, museum and park "
        "railways, lines out of use or being built, tunnels.",
        why="Trains pass day and night on main lines; the limit is for them. On the other tracks they are few, slow or "
        "short.",
    ),
    SafetyRule(
        key="power_line",
        title="High-voltage line",
        things="high-voltage overhead lines",
        kinds=(Kind.POWER_LINE,),
        fail_m=None,
        warn_m=50.0,
        evidence="One weak statistical association is known (odds ratio 1.7, 95 % interval 0.9 to 3.6).",
        strength="weak",
        known=Known.PLACES,
        counts=f"Overhead lines of {exact(HIGH_VOLTAGE_V / 1000)} kV or more, and those whose voltage is not mapped.",
        does_not_count="Lines of a lower voltage, lines on poles in the street, cables under the ground, lines inside "
        "a substation, lines out of use.",
        why="What is known was found at the highest voltages. A line on pylons without a voltage may be one of them.",
    ),
    SafetyRule(
        key="industry",
        title="Landfill, sewage works, heavy industry or quarry",
        things="landfills, sewage works, heavy industry or quarries",
        kinds=(Kind.LANDFILL, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY, Kind.QUARRY),
        fail_m=100.0,
        warn_m=300.0,
        evidence=HARM,
        strength="moderate",
        known=Known.PLACES,
        counts="Landfills, quarries and sewage works in use; industry with smoke, fire or poison (steel, cement, "
        "chemicals, refineries, scrap, power stations that burn); factories of which no more is known from "
        f"{exact(SMALLEST_FACTORY_M2 / 10_000)} ha on.",
        does_not_count="Closed pits and landfills, pumping stations, septic tanks, sewage works under the ground, "
        "warehouses, workshops, breweries and food, solar plants, wind turbines, substations; a nameless site under "
        f"{exact(SMALLEST_SITE_M2)} square metres.",
        why="Smell, dust and fumes come from what is at work. Small nameless sites are nearly always tanks and heaps.",
    ),
    SafetyRule(
        key="runway",
        title="Airport runway",
        things="airport runways",
        kinds=(Kind.RUNWAY,),
        fail_m=None,
        warn_m=2_000.0,
        evidence="Aircraft noise disturbs sleep and health (World Health Organization 2018).",
        strength="strong",
        known=Known.LAND,
        counts=f"Hard or gravel runways of {limit(LEAST_RUNWAY_M)} or more, the pieces of one runway taken together.",
        does_not_count="Grass strips, shorter runways, water that seaplanes use, helipads, airfields for models, "
        "runways out of use.",
        why="The evidence is about airliners, and they cannot land there.",
    ),
    SafetyRule(
        key="flood",
        title="Water nearby",
        things="rivers, streams, lakes or shores",
        kinds=(Kind.WATERCOURSE,),
        fail_m=None,
        warn_m=50.0,
        evidence="This is screening only: the distance to water says little about height and flood walls.",
        strength="screening",
        known=Known.LAND,
        counts="Rivers, also those dry in summer, streams, canals, docks, lakes, reservoirs and the sea; still water "
        f"of which no more is known from {exact(SMALLEST_WATER_M2)} square metres on.",
        does_not_count="Ditches, drains, ponds, basins, fountains and pools, brooks and pools that are dry for a part "
        "of the year, water in culverts or under a cover.",
        why="A flood comes from water that flows or is large.",
    ),
)


@dataclass(frozen=True, slots=True)
class Noise:
    """Road noise as an energy sum over roads, each once at its nearest point."""

    #: Decibels at the reference distance, by road class.
    levels: tuple[tuple[Kind, float], ...] = (
        (Kind.MOTORWAY, 77.0),
        (Kind.TRUNK_ROAD, 74.0),
        (Kind.PRIMARY_ROAD, 70.0),
        (Kind.SECONDARY_ROAD, 67.0),
        (Kind.TERTIARY_ROAD, 62.0),
        (Kind.OTHER_ROAD, 55.0),
    )
    reference_m: float = 15.0
    #: Nearer than this the rule would run away; half the reference distance adds one halving.
    nearest_m: float = 7.5
    per_lane_db: float = 1.5
    usual_lanes: int = 2
    per_doubling_db: float = 4.5
    within_m: float = 500.0
    #: A motorway of eight lanes beyond this distance does not reach the level that warns.
    edge_m: float = 300.0
    fail_db: float = 75.0
    warn_db: float = 65.0
    evidence: str = "An estimate from road class, lanes and distance alone: no traffic counts, walls or buildings."
    strength: str = "estimate"


#: Official flood maps, by boxes that lie wholly inside the country they are for.
FLOOD_MAPS: tuple[tuple[Box, str, str], ...] = (
    (Box(21.3, 60.0, 27.6, 65.7), "the Finnish flood map service", "https://www.vesi.fi/vesitieto/tulvakarttapalvelu/"),
    (Box(-5.3, 51.5, -2.8, 51.9), "the Welsh flood risk map", "https://naturalresources.wales/flooding/"),
    (Box(-2.5, 51.2, 1.7, 53.3), "the English flood risk service", "https://www.gov.uk/check-long-term-flood-risk"),
    (Box(-117.0, 32.8, -70.0, 41.6), "the United States flood maps", "https://msc.fema.gov/portal/home"),
)


@dataclass(frozen=True, slots=True)
class Safety:
    """All checks of tier 1."""

    rules: tuple[SafetyRule, ...] = RULES
    #: Finding nothing passes from this share of the area on that the map holds: the rest is named.
    covered: float = 0.9
    noise: Noise = Noise()
    flood_maps: tuple[tuple[Box, str, str], ...] = FLOOD_MAPS


SAFETY = Safety()
