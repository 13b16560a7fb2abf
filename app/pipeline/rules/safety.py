"""The safety checks of tier 1: distances, evidence, and how strong it is."""

from __future__ import annotations

from dataclasses import dataclass

from app.geo import Box
from app.pipeline.rules.categories import Data
from app.places import Kind

TRAFFIC_AIR = "Most traffic pollutants fall to the background level within 115 to 570 m of a road (Karner 2010)."
HARM = "Odour, dust and emissions are strongest within a few hundred metres of such sites."


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
    data: Data
    #: Lanes that a road must have for the fail distance to apply.
    fail_lanes: int | None = None
    #: Lanes from which a road of a lower class counts too.
    or_lanes: int | None = None
    #: Power lines below this voltage do not count; one without a voltage does.
    least_volts: int | None = None


ROAD_KINDS = (
    *(Kind.MOTORWAY, Kind.TRUNK_ROAD, Kind.PRIMARY_ROAD),
    *(Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD, Kind.OTHER_ROAD),
)

RULES = (
    SafetyRule(
        "fuel_station",
        "Fuel station",
        "fuel stations",
        (Kind.FUEL_STATION,),
        50.0,
        160.0,
        "Benzene was found above the reference level up to 160 m away (Hilpert 2019); California keeps homes 91 m off.",
        "moderate",
        Data.AMENITIES,
    ),
    SafetyRule(
        "motorway",
        "Motorway or trunk road",
        "motorways or trunk roads",
        (Kind.MOTORWAY, Kind.TRUNK_ROAD),
        150.0,
        300.0,
        TRAFFIC_AIR,
        "strong",
        Data.STREETS,
    ),
    SafetyRule(
        "busy_road",
        "High-volume road",
        "high-volume roads",
        (Kind.PRIMARY_ROAD, Kind.SECONDARY_ROAD, Kind.TERTIARY_ROAD, Kind.OTHER_ROAD),
        20.0,
        75.0,
        TRAFFIC_AIR,
        "strong",
        Data.STREETS,
        fail_lanes=4,
        or_lanes=4,
    ),
    SafetyRule(
        "railway",
        "Railway",
        "main railway lines above ground",
        (Kind.RAILWAY,),
        None,
        50.0,
        "The World Health Organization recommends less than 54 dB of railway noise over the day.",
        "moderate",
        Data.AMENITIES,
    ),
    SafetyRule(
        "power_line",
        "High-voltage line",
        "high-voltage overhead lines",
        (Kind.POWER_LINE,),
        None,
        50.0,
        "One weak statistical association is known (odds ratio 1.7, 95 % interval 0.9 to 3.6).",
        "weak",
        Data.AMENITIES,
        least_volts=200_000,
    ),
    SafetyRule(
        "industry",
        "Landfill, wastewater, heavy industry or quarry",
        "landfills, wastewater plants, heavy industry or quarries",
        (Kind.LANDFILL, Kind.WASTEWATER_PLANT, Kind.HEAVY_INDUSTRY, Kind.QUARRY),
        100.0,
        300.0,
        HARM,
        "moderate",
        Data.AMENITIES,
    ),
    SafetyRule(
        "runway",
        "Airport runway",
        "airport runways",
        (Kind.RUNWAY,),
        None,
        2_000.0,
        "Aircraft noise disturbs sleep and health (World Health Organization 2018).",
        "strong",
        Data.AMENITIES,
    ),
    SafetyRule(
        "flood",
        "Water nearby",
        "rivers, streams, lakes or shores",
        (Kind.WATERCOURSE,),
        None,
        50.0,
        "This is screening only: the distance to water says little about height and flood walls.",
        "screening",
        Data.AMENITIES,
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
    noise: Noise = Noise()
    flood_maps: tuple[tuple[Box, str, str], ...] = FLOOD_MAPS


SAFETY = Safety()
