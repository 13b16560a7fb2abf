"""From tags to shops, food and drink, money, health, culture and learning."""

from __future__ import annotations

from collections.abc import Mapping

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.health import health_kinds
from app.atlas.importing.tags.schools import college_kinds, early_kinds, school_kinds, university_kinds
from app.atlas.importing.tags.words import any_of, split
from app.places import Kind

Tags = Mapping[str, str]

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
NOT_SHOPS = frozenset({"no", "vacant", "disused", "abandoned", "closed", "construction", "proposed", "demolished"})
#: shop=* that sells to traders alone, or that is no shop which one walks into.
_FOR_TRADERS = frozenset({"wholesale", "storage_rental", "storage", "office"})


def shop_kinds(tags: Tags) -> set[Kind]:
    """Return which shop it is; none for a wholesaler, who sells to traders alone, and for an empty one."""
    values = set(split(tags.get("shop", "")))
    if not values - _FOR_TRADERS or values & NOT_SHOPS or tags.get("wholesale") in ("yes", "only"):
        return set()
    kinds = {SHOPS.get(value, Kind.OTHER_SHOP) for value in values - _FOR_TRADERS}
    return kinds - {Kind.OTHER_SHOP} or kinds


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
    "library": Kind.LIBRARY,
    "cinema": Kind.CINEMA,
    "theatre": Kind.THEATRE,
    "arts_centre": Kind.ARTS_CENTRE,
    "community_centre": Kind.COMMUNITY_CENTRE,
}


def service_kinds(tags: Tags) -> set[Kind]:
    """Return what amenity=*, healthcare=* and tourism=museum stand for."""
    amenities = split(tags.get("amenity", ""))
    kinds = {AMENITIES[part] for part in amenities if part in AMENITIES}
    if "pharmacy" in split(tags.get("healthcare", "")):
        kinds.add(Kind.PHARMACY)
    if "museum" in split(tags.get("tourism", "")):
        kinds.add(Kind.MUSEUM)
    if kinds and (doubted := kinds & DOUBTED.keys()):
        kinds -= _not_meant(doubted, tags)
    return kinds | health_kinds(tags) | _learning_kinds(amenities, tags)


def _learning_kinds(amenities: list[str], tags: Tags) -> set[Kind]:
    kinds: set[Kind] = set()
    for amenity in amenities:
        if amenity == "school":
            kinds |= school_kinds(tags)
        elif amenity in ("kindergarten", "childcare", "nursery"):
            kinds |= early_kinds(tags)
        elif amenity == "college":
            kinds |= college_kinds(tags)
        elif amenity == "university":
            kinds |= university_kinds(tags)
    return kinds


#: Kinds whose name may say that they are something else.
DOUBTED = {
    Kind.LIBRARY: any_of(
        [
            *("tool library", "tool lending*", "toy library", "thing library", "library of things", "seed library"),
            *("little free library", "free library box", "book exchange", "book box", "boite a livres"),
            *("bücherschrank", "offener bücherschrank", "bücherbox", "bookcrossing", "ludotheque", "ludothek*"),
            *("ludoteca", "law library", "school library", "schulbibliothek*", "bibliotheque scolaire"),
            *("staff library", "leila", "christian science*"),
        ]
    ),
    Kind.THEATRE: any_of(["lecture theatre", "lecture theater", "lecture hall", "operating theatre", "home theater*"]),
    Kind.CINEMA: any_of(["erotic*", "erotik*", "sex", "sexkino", "adult", "porno*", "xxx", "blue movie*"]),
    Kind.ARTS_CENTRE: any_of(
        [
            *("gallery", "galleries", "*galerie*", "galleria", "galeria", "antique*", "antiqu*", "antik*"),
            *("auction*", "art dealer", "kunsthandel*", "kunsthandlung*", "*antiquariat*", "antiquariato"),
            *("antiguedades", "art shop", "framing", "dance*", "tanzstudio*", "ballet*", "tattoo*", "school"),
            *("photograph*", "fotostudio*"),
        ]
    ),
    Kind.MUSEUM: any_of(["museum shop", "museumsshop", "museum store", "boutique du musee", "gift shop"]),
    Kind.BANK: any_of(["food bank", "blood bank", "bottle bank", "foodbank", "banque alimentaire", "banco alimentare"]),
    Kind.POST_OFFICE: any_of(["sorting office", "delivery office", "sorting centre", "briefzentrum", "parcel locker*"]),
    Kind.PHARMACY: any_of(["marijuana", "cannabis", "weed", "veterin*", "vétérin*", "tierapotheke", "pet pharmacy"]),
}

#: Values of a kind's own further tag with which it is not what people mean by the word.
_NOT_MEANT = {
    Kind.LIBRARY: {"library": {"private", "tool", "toy", "toys", "tools", "game"}, "library:type": {"private", "tool"}},
    Kind.CINEMA: {"cinema": {"adult", "home"}, "cinema:type": {"adult"}},
    Kind.PHARMACY: {"dispensing": {"no"}, "pharmacy": {"veterinary", "no"}},
    Kind.THEATRE: {"theatre:type": {"lecture", "ruins"}, "historic": {"archaeological_site", "ruins"}},
    Kind.POST_OFFICE: {"post_office": {"sorting", "delivery"}},
}
_TRADE = frozenset({"art", "antiques", "auction_house", "frame", "craft", "gallery"})


def _not_meant(kinds: set[Kind], tags: Tags) -> set[Kind]:
    """Return those kinds that name or tags of the place deny: a tool library, a lecture theatre, an art dealer."""
    name = fold(tags.get("name", ""))
    denied = {kind for kind in kinds if DOUBTED[kind].search(name) or _is_denied(kind, tags)}
    if Kind.ARTS_CENTRE in kinds and (tags.get("shop") in _TRADE or tags.get("tourism") == "gallery"):
        denied.add(Kind.ARTS_CENTRE)
    return denied


def _is_denied(kind: Kind, tags: Tags) -> bool:
    return any(tags.get(key) in values for key, values in _NOT_MEANT.get(kind, {}).items())
