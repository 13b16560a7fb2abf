"""The keys of OpenStreetMap that decide what of an extract is read."""

from __future__ import annotations

from app.places import Kind

#: Elements with this are addresses.
ADDRESS_KEY = "addr:housenumber"
#: What the texts of an AddressRow are read from, in its order; of several keys the first that is there.
TEXT_KEYS = (
    (ADDRESS_KEY,),
    ("addr:street",),
    ("addr:place",),
    ("addr:city", "addr:suburb", "addr:hamlet"),
    ("addr:postcode",),
)
_THINGS = frozenset(
    {"amenity", "shop", "leisure", "tourism", "healthcare", "highway", "railway", "public_transport", "aeroway"}
    | {"man_made", "power"}
)
_LAND = frozenset({"natural", "landuse", "waterway"})
#: Nodes with one of these are read.
NODE_KEYS = _THINGS | {"place", "aerialway", "barrier", "entrance", "drinking_water"}
#: Ways with one of these may be places or hazards.
KIND_KEYS = _THINGS | _LAND | {"aerialway"}
#: Ways with one of these are read.
WAY_KEYS = KIND_KEYS | {"route", "addr:interpolation"}
#: Relations with one of these become areas.
AREA_KEYS = _THINGS | _LAND | {"place", ADDRESS_KEY}

#: Tags a stage reads; everything else is dropped at import. Keys that end in ":" keep all their sub-keys.
KEPT_TAGS = frozenset({
    "access", "aerialway", "aeroway", "amenity", "brand", "capacity", "fee", "garden:type", "grades", "healthcare",
    "highway", "iata", "industrial", "isced:level", "landuse", "lanes", "leisure", "level", "man_made", "max_age",
    "maxspeed", "min_age", "natural", "nursery", "operator", "operator:type", "place", "plant:source", "population",
    "power", "preschool", "public_transport", "railway", "ref", "route_ref", "school", "school_type", "service",
    "shop", "sport", "station", "tourism", "usage", "voltage", "water", "waterway", "wheelchair",
})  # fmt: skip
KEPT_PREFIXES = ("isced:level:", "school:", "kindergarten:", "grades:")

#: Values of access=* that keep the public out.
CLOSED_ACCESS = frozenset({"private", "no", "residents", "employees", "members", "military"})
OPEN_ACCESS = frozenset({"yes", "public", "permissive", "customers"})
LIFECYCLE = frozenset({"disused", "abandoned", "demolished", "razed", "ruins", "proposed", "planned"})

SHOPS = {
    "supermarket": Kind.SUPERMARKET,
    "greengrocer": Kind.GREENGROCER,
    "grocery": Kind.GROCERY,
    "food": Kind.GROCERY,
    "convenience": Kind.CONVENIENCE,
    "deli": Kind.DELI,
    "delicatessen": Kind.DELI,
    "bakery": Kind.BAKERY,
    "coffee": Kind.COFFEE_SHOP,
    "tea": Kind.TEA_SHOP,
    "clothes": Kind.CLOTHES,
    "shoes": Kind.SHOES,
    "department_store": Kind.DEPARTMENT_STORE,
    "hardware": Kind.HARDWARE,
    "doityourself": Kind.DOITYOURSELF,
    "gift": Kind.GIFT,
    "mall": Kind.MALL,
    "variety_store": Kind.VARIETY_STORE,
    "books": Kind.BOOKSHOP,
}
NOT_SHOPS = frozenset({"no", "vacant", "disused", "abandoned", "closed", "construction", "proposed"})
AMENITIES = {
    "restaurant": Kind.RESTAURANT,
    "fast_food": Kind.FAST_FOOD,
    "pub": Kind.PUB,
    "biergarten": Kind.PUB,
    "bar": Kind.BAR,
    "food_court": Kind.FOOD_COURT,
    "cafe": Kind.CAFE,
    "bank": Kind.BANK,
    "atm": Kind.ATM,
    "post_office": Kind.POST_OFFICE,
    "pharmacy": Kind.PHARMACY,
    "doctors": Kind.DOCTOR,
    "clinic": Kind.CLINIC,
    "hospital": Kind.HOSPITAL,
    "library": Kind.LIBRARY,
    "cinema": Kind.CINEMA,
    "theatre": Kind.THEATRE,
    "arts_centre": Kind.ARTS_CENTRE,
    "community_centre": Kind.COMMUNITY_CENTRE,
    "gym": Kind.FITNESS_CENTRE,
    "school": Kind.SCHOOL,
    "kindergarten": Kind.KINDERGARTEN,
    "childcare": Kind.CHILDCARE,
    "nursery": Kind.CHILDCARE,
    "university": Kind.UNIVERSITY,
    "college": Kind.COLLEGE,
    "ferry_terminal": Kind.FERRY_TERMINAL,
    "bus_station": Kind.BUS_STOP,
}
HEALTHCARE = {
    "pharmacy": Kind.PHARMACY,
    "doctor": Kind.DOCTOR,
    "clinic": Kind.CLINIC,
    "hospital": Kind.HOSPITAL,
}
LEISURE = {
    "park": Kind.PARK,
    "recreation_ground": Kind.PARK,
    "common": Kind.PARK,
    "nature_reserve": Kind.NATURE_RESERVE,
    "playground": Kind.PLAYGROUND,
    "fitness_centre": Kind.FITNESS_CENTRE,
    "gym": Kind.FITNESS_CENTRE,
    "sports_centre": Kind.SPORTS_CENTRE,
    "sports_hall": Kind.SPORTS_CENTRE,
    "pitch": Kind.PITCH,
    "water_park": Kind.SWIMMING_POOL,
}
LANDUSE = {
    "recreation_ground": Kind.PARK,
    "village_green": Kind.PARK,
    "forest": Kind.FOREST,
}
NATURAL = {"wood": Kind.FOREST, "beach": Kind.BEACH}
#: Kinds that do not count where the public is kept out.
PUBLIC_ONLY = frozenset(
    {
        Kind.PARK,
        Kind.GARDEN,
        Kind.NATURE_RESERVE,
        Kind.PLAYGROUND,
        Kind.FOREST,
        Kind.BEACH,
        Kind.PITCH,
        Kind.SWIMMING_POOL,
        Kind.SPORTS_CENTRE,
        Kind.FITNESS_CENTRE,
    }
)
#: garden:type=* that settles whose garden it is.
PUBLIC_GARDENS = frozenset({"botanical", "community", "public", "sensory", "rose", "scented", "arboretum"})
PRIVATE_GARDENS = frozenset({"private", "residential"})
