"""Which tags are what a safety check looks at, and which only look like it."""

from __future__ import annotations

import pytest

from app.atlas.importing.tags.classify import kinds_of
from app.atlas.importing.tags.hazards import voltage_v
from app.places import Kind

FUEL, LINE = {"amenity": "fuel"}, {"power": "line"}


@pytest.mark.parametrize(
    ("text", "volts"),
    [
        ("380000", 380_000),
        ("380 kV", 380_000),
        ("220kV", 220_000),
        ("220 KV", 220_000),
        ("400,000", 400_000),
        ("400 000", 400_000),
        ("380.000 V", 380_000),
        ("110/20 kV", 110_000),
        ("380000;110000", 380_000),
        ("110000;20000", 110_000),
        ("2x220 kV", 220_000),
        ("132.5kV", 132_500),
        ("400kV;132kV", 400_000),
        ("380000 kV", 380_000),
        ("230", 230),
        ("0", 0),
        ("high", None),
        ("", None),
    ],
)
def test_a_voltage_is_read_however_it_is_written(text: str, volts: int | None) -> None:
    assert voltage_v(text) == volts


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        (FUEL, Kind.FUEL_STATION),
        ({**FUEL, "fuel:diesel": "yes", "fuel:octane_95": "yes", "fuel:lpg": "yes"}, Kind.FUEL_STATION),
        ({**FUEL, "fuel:electricity": "yes", "fuel:octane_98": "yes"}, Kind.FUEL_STATION),
        ({**FUEL, "fuel:e10": "yes"}, Kind.FUEL_STATION),
        ({**FUEL, "fuel:lpg": "no"}, Kind.FUEL_STATION),
        ({**FUEL, "access": "customers"}, Kind.FUEL_STATION),
        ({**FUEL, "covered": "yes"}, Kind.FUEL_STATION),
        ({**FUEL, "boat": "yes", "motorcar": "yes"}, Kind.FUEL_STATION),
        ({"highway": "motorway_link"}, Kind.MOTORWAY),
        ({"highway": "motorway", "tunnel": "no"}, Kind.MOTORWAY),
        ({"highway": "motorway", "layer": "-1"}, Kind.MOTORWAY),
        ({"highway": "trunk"}, Kind.TRUNK_ROAD),
        ({"highway": "primary", "motor_vehicle": "no", "psv": "yes"}, Kind.PRIMARY_ROAD),
        ({"highway": "residential"}, Kind.OTHER_ROAD),
        ({"highway": "residential", "access": "private"}, Kind.OTHER_ROAD),
        ({"railway": "rail", "usage": "main"}, Kind.RAILWAY),
        ({"railway": "rail", "highspeed": "yes", "gauge": "1435"}, Kind.RAILWAY),
        ({"railway": "narrow_gauge", "usage": "branch", "gauge": "1000"}, Kind.RAILWAY),
        (LINE, Kind.POWER_LINE),
        ({**LINE, "voltage": "110000;380000"}, Kind.POWER_LINE),
        ({**LINE, "voltage": "380 kV"}, Kind.POWER_LINE),
        ({**LINE, "voltage": "220kV"}, Kind.POWER_LINE),
        ({**LINE, "voltage": "400,000"}, Kind.POWER_LINE),
        ({**LINE, "voltage": "unknown"}, Kind.POWER_LINE),
        ({"landuse": "landfill"}, Kind.LANDFILL),
        ({"landuse": "quarry"}, Kind.QUARRY),
        ({"man_made": "wastewater_plant"}, Kind.WASTEWATER_PLANT),
        ({"landuse": "industrial", "industrial": "refinery"}, Kind.HEAVY_INDUSTRY),
        ({"man_made": "works", "product": "steel"}, Kind.HEAVY_INDUSTRY),
        ({"power": "plant", "plant:source": "coal;biomass"}, Kind.HEAVY_INDUSTRY),
        ({"aeroway": "runway"}, Kind.RUNWAY),
        ({"aeroway": "runway", "surface": "asphalt"}, Kind.RUNWAY),
        ({"aeroway": "runway", "surface": "gravel"}, Kind.RUNWAY),
        ({"waterway": "river"}, Kind.WATERCOURSE),
        ({"waterway": "river", "intermittent": "yes"}, Kind.WATERCOURSE),
        ({"waterway": "canal"}, Kind.WATERCOURSE),
        ({"waterway": "dock"}, Kind.WATERCOURSE),
        ({"natural": "coastline"}, Kind.WATERCOURSE),
        ({"natural": "water", "water": "lake"}, Kind.WATERCOURSE),
        ({"landuse": "reservoir"}, Kind.WATERCOURSE),
    ],
)
def test_it_counts(tags: dict[str, str], kind: Kind) -> None:
    assert kind in kinds_of(tags)


@pytest.mark.parametrize(
    "tags",
    [
        # petrol stations
        {**FUEL, "boat": "yes"},
        {**FUEL, "seamark:type": "small_craft_facility"},
        {**FUEL, "waterway": "fuel"},
        {**FUEL, "motor_vehicle": "no"},
        {**FUEL, "fuel:electricity": "yes"},
        {**FUEL, "fuel:lpg": "yes"},
        {**FUEL, "fuel:cng": "yes", "fuel:diesel": "no"},
        {**FUEL, "fuel:h35": "yes", "fuel:h70": "yes"},
        {**FUEL, "fuel:jeta1": "yes", "fuel:100ll": "yes"},
        {**FUEL, "aeroway": "fuel"},
        {**FUEL, "access": "private"},
        {**FUEL, "disused": "yes"},
        {"disused:amenity": "fuel"},
        {"amenity": "charging_station"},
        # roads
        {"highway": "motorway", "tunnel": "yes"},
        {"highway": "motorway", "covered": "yes"},
        {"highway": "motorway", "tunnel": "avalanche_protector"},
        {"highway": "construction", "construction": "motorway"},
        {"highway": "proposed", "proposed": "motorway"},
        {"highway": "primary", "motor_vehicle": "no"},
        {"highway": "tertiary", "access": "no"},
        {"highway": "service"},
        {"highway": "footway"},
        # railways
        {"railway": "rail", "service": "siding"},
        {"railway": "rail", "service": "yard"},
        {"railway": "rail", "service": "spur"},
        {"railway": "rail", "tunnel": "yes"},
        {"railway": "rail", "covered": "yes"},
        {"railway": "rail", "disused": "yes"},
        {"railway": "rail", "usage": "industrial"},
        {"railway": "rail", "usage": "tourism"},
        {"railway": "rail", "railway:preserved": "yes"},
        {"railway": "rail", "gauge": "381"},
        {"railway": "narrow_gauge"},
        {"railway": "preserved"},
        {"railway": "miniature"},
        {"railway": "disused"},
        {"railway": "abandoned"},
        {"railway": "razed"},
        {"railway": "construction", "construction": "rail"},
        {"railway": "proposed", "proposed": "rail"},
        {"railway": "tram"},
        {"railway": "light_rail"},
        {"railway": "subway"},
        # power lines
        {**LINE, "voltage": "110000"},
        {**LINE, "voltage": "110/20 kV"},
        {**LINE, "voltage": "132 kV"},
        {**LINE, "location": "underground"},
        {**LINE, "line": "busbar", "voltage": "380000"},
        {**LINE, "voltage": "380000", "disused": "yes"},
        {"abandoned:power": "line", "voltage": "380000"},
        {"power": "cable", "voltage": "380000"},
        {"power": "minor_line"},
        # sites
        {"landuse": "industrial"},
        {"landuse": "industrial", "industrial": "warehouse"},
        {"landuse": "industrial", "industrial": "brewery"},
        {"man_made": "works", "product": "beer"},
        {"man_made": "works", "craft": "brewery"},
        {"man_made": "works", "amenity": "social_facility"},
        {"power": "plant", "plant:source": "solar"},
        {"power": "generator", "generator:source": "wind"},
        {"power": "substation"},
        {"man_made": "pumping_station"},
        {"man_made": "septic_tank"},
        {"man_made": "wastewater_plant", "location": "underground"},
        {"landuse": "landfill", "disused": "yes"},
        {"landuse": "quarry", "abandoned": "yes"},
        {"disused:landuse": "quarry"},
        {"amenity": "recycling"},
        # runways
        {"aeroway": "helipad"},
        {"aeroway": "runway", "runway": "helipad"},
        {"aeroway": "runway", "surface": "grass"},
        {"aeroway": "runway", "surface": "water"},
        {"aeroway": "runway", "sport": "model_aerodrome"},
        {"aeroway": "runway", "model_aerodrome": "yes"},
        {"aeroway": "runway", "disused": "yes"},
        {"aeroway": "taxiway"},
        # water
        {"waterway": "stream", "tunnel": "culvert"},
        {"waterway": "stream", "intermittent": "yes"},
        {"waterway": "ditch"},
        {"waterway": "drain"},
        {"natural": "water", "water": "pond"},
        {"natural": "water", "water": "lake", "intermittent": "yes"},
        {"natural": "water", "water": "lake", "seasonal": "spring"},
        {"natural": "water", "amenity": "fountain"},
        {"natural": "water", "leisure": "swimming_pool"},
        {"natural": "water", "water": "basin"},
        {"natural": "water", "covered": "yes"},
        {"landuse": "reservoir", "location": "underground"},
        {"natural": "wetland"},
    ],
)
def test_it_does_not_count(tags: dict[str, str]) -> None:
    assert [kind for kind in kinds_of(tags) if kind >= Kind.FUEL_STATION] == []
