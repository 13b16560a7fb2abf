"""What a geocoder knows of an extract: its houses, streets, towns and named things, found by their words."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import cos, hypot, radians
from pathlib import Path

import osmium

Tags = Mapping[str, str]
#: Keys of things that have a name and are no street.
THINGS = ("amenity", "shop", "tourism", "leisure", "railway", "historic", "office", "building", "natural")
HIGHWAYS = ("residential", "primary", "secondary", "tertiary", "unclassified", "pedestrian", "living_street", "footway",
            "steps", "service", "trunk", "path")  # fmt: skip
PLACES = ("city", "town", "village", "suburb", "hamlet", "quarter", "neighbourhood")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One element that can be found. `kind` is "house", "street", "place" or "thing"."""

    kind: str
    #: "N", "W" or "R", and the number.
    element: str
    ident: int
    lat: float
    lon: float
    key: str
    value: str
    name: str = ""
    number: str = ""
    street: str = ""
    city: str = ""
    postcode: str = ""

    @property
    def names(self) -> frozenset[str]:
        """The words of what it is called, without its number."""
        return words_of(f"{self.name} {self.street}")

    @property
    def around(self) -> frozenset[str]:
        """The words of where it is."""
        return words_of(f"{self.city} {self.postcode}")


def words_of(text: str) -> frozenset[str]:
    """Return the words of a text in lower case, without accents."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return frozenset(re.findall(r"\w+", plain))


class Gazetteer:
    """Everything of an extract that has a name or a number, in one country."""

    def __init__(self, mapped: Iterable[Mapped], country: str, code: str) -> None:
        self.country, self.code = country, code
        self.all = tuple(mapped)
        self._by_word: dict[str, set[int]] = defaultdict(set)
        for at, each in enumerate(self.all):
            for word in each.names | words_of(each.number) | each.around:
                self._by_word[word].add(at)

    def find(self, text: str, limit: int) -> list[Mapped]:
        """Return what has all words of a text; where no house has its number, the street without it."""
        words = words_of(text) - words_of(self.country) or words_of(text)
        return self._having(words, limit) or self._having(
            frozenset(word for word in words if not word[0].isdigit()), limit
        )

    def _having(self, words: frozenset[str], limit: int) -> list[Mapped]:
        if not words:
            return []
        found = set.intersection(*(self._by_word.get(word, set()) for word in words))
        ranked = sorted((self._rank(self.all[at], words), at) for at in found)
        kept: dict[tuple[str, str, str, str], Mapped] = {}
        for _, at in ranked:
            each = self.all[at]
            kept.setdefault((each.kind, each.name, each.street, each.number), each)
        return list(kept.values())[:limit]

    @staticmethod
    def _rank(each: Mapped, words: frozenset[str]) -> tuple[bool, int, int]:
        """Return what to sort by: what was typed by its number or its name alone comes first."""
        order = ("place", "street", "house", "thing").index(each.kind)
        return not (each.number and words_of(each.number) <= words), len(each.names - words), order

    def at(self, lat: float, lon: float, within_m: float = 500.0) -> Mapped | None:
        """Return the house nearest to a point, or the street where none is near; None where nothing is."""
        for kind in ("house", "street"):
            near = [(apart_m(lat, lon, each), at) for at, each in enumerate(self.all) if each.kind == kind]
            metres, found = min(near, default=(within_m + 1, 0))
            if metres <= within_m:
                return self.all[found]
        return None


def apart_m(lat: float, lon: float, each: Mapped) -> float:
    """Return the metres from a point to an element."""
    return hypot((each.lat - lat) * 111_195, (each.lon - lon) * 111_195 * cos(radians(lat)))


@cache
def gazetteer(extract: Path, *, country: str = "Monaco", code: str = "mc") -> Gazetteer:
    """Read an extract. What names no town is in the city of the extract, if it has one."""
    points: dict[int, tuple[float, float]] = {}
    found: list[Mapped] = []
    for element in osmium.FileProcessor(str(extract)):
        tags = {tag.k: tag.v for tag in element.tags}
        if element.is_node():
            points[element.id] = (element.location.lat, element.location.lon)
            at = points[element.id]
        elif element.is_way():
            line = [points[node.ref] for node in element.nodes if node.ref in points]
            if not line:
                continue
            at = _middle(line)
        else:
            continue
        found += _mapped(tags, element.type_str().upper(), element.id, at)
    city = next((each.name for each in found if each.value == "city"), "")
    return Gazetteer([*(_in_city(each, city) for each in found), *_postcodes(found)], country, code)


def _postcodes(found: Iterable[Mapped]) -> Iterable[Mapped]:
    """Yield each postcode in the middle of its houses, as a geocoder does that has no borders of them."""
    points: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for each in found:
        if each.kind == "house" and each.postcode:
            points[each.postcode].append((each.lat, each.lon))
    for postcode, houses in points.items():
        yield Mapped("place", "N", 0, *_middle(houses), "place", "postcode", postcode)


def _middle(line: list[tuple[float, float]]) -> tuple[float, float]:
    lats, lons = [lat for lat, _ in line], [lon for _, lon in line]
    return (min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2


def _mapped(tags: Tags, element: str, ident: int, at: tuple[float, float]) -> Iterable[Mapped]:
    """Yield what an element is: a thing with a name may have an address, too."""
    name, street = tags.get("name", ""), tags.get("addr:street", "")
    number, city, postcode = tags.get("addr:housenumber", ""), tags.get("addr:city", ""), tags.get("addr:postcode", "")
    key = next((key for key in THINGS if key in tags), "")
    if number and street:
        house = (key, tags[key]) if key else ("place", "house")
        yield Mapped("house", element, ident, *at, *house, name, number, street, city, postcode)
    elif name and tags.get("highway") in HIGHWAYS and element == "W":
        yield Mapped("street", element, ident, *at, "highway", tags["highway"], name, city=city, postcode=postcode)
    elif name and tags.get("place") in PLACES:
        yield Mapped("place", element, ident, *at, "place", tags["place"], name)
    elif name and key:
        yield Mapped("thing", element, ident, *at, key, tags[key], name, "", street, city, postcode)


def _in_city(each: Mapped, city: str) -> Mapped:
    if each.city or each.name == city:
        return each
    fields = {name: getattr(each, name) for name in each.__slots__}
    return Mapped(**{**fields, "city": city})
