"""What the importer hands to the geocoder: plain rows read from an extract, in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.geo import Floats

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class AddressRow(NamedTuple):
    """One house with a number. Degrees; texts as mapped, "" where the tag is missing.

    `place` is the addr:place of villages without street names; a row without street and place is known by its city
    alone. `city` is addr:city, else addr:suburb or addr:hamlet.
    """

    lat: float
    lon: float
    number: str
    street: str
    place: str
    city: str
    postcode: str
    #: Further numbers of the same house, with ";" between: 9 and 400 of the Czech "400/9".
    other_numbers: str = ""


class StreetRow(NamedTuple):
    """One named way or a part of it (several rows may carry one name: they are joined where they lie together).

    `alt_names` holds name:*, alt_name, old_name, short_name, loc_name and official_name; `lat`, `lon` is a point on
    the way near its middle; `points` are (lat, lon) along it, at most some 200 m apart.
    """

    name: str
    alt_names: tuple[str, ...]
    lat: float
    lon: float
    points: tuple[tuple[float, float], ...]


class LocalityRow(NamedTuple):
    """A place that a person may name, from a town to a shop.

    `kind` is the value of place=* (city, town, suburb, village, ...) or what people call the thing: "railway station",
    "hospital", "park" (see `named_kind` of the importer). `street` to `postcode` are the thing's own address, "" where
    it has none.
    """

    name: str
    alt_names: tuple[str, ...]
    kind: str
    lat: float
    lon: float
    street: str = ""
    number: str = ""
    city: str = ""
    postcode: str = ""


class CornerRow(NamedTuple):
    """A place where streets of different names meet; `streets` are their names as mapped, sorted."""

    lat: float
    lon: float
    streets: tuple[str, ...]


def transposed(rows: Iterable[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    """Return the columns of rows of this width, empty ones where there are no rows."""
    return list(zip(*rows, strict=True)) or [()] * width


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A column of texts: `distinct` holds each once, in order, and `codes` say which of them each row has."""

    distinct: list[str]
    codes: Ints

    @classmethod
    def of(cls, values: Sequence[str]) -> TextColumn:
        """Return the column of these values."""
        known: dict[str, int] = {}
        found = np.array([known.setdefault(value, len(known)) for value in values], dtype=np.int64)
        distinct = sorted(known)
        order = np.empty(len(known), dtype=np.int64)
        order[[known[value] for value in distinct]] = np.arange(len(known))
        return cls(distinct, order[found])

    def of_rows(self, rows: Ints) -> TextColumn:
        """Return the column of some rows."""
        return TextColumn(self.distinct, self.codes[rows])

    def at(self, rows: Ints, change: Callable[[str], str] = str) -> list[str]:
        """Return the texts of some rows, changed if need be: each distinct one once."""
        return list(map(list(map(change, self.distinct)).__getitem__, self.codes[rows].tolist()))


@dataclass(frozen=True, slots=True)
class Addresses:
    """The columns of AddressRow; `names` is the street, else the place, else the city that has no street names."""

    lats: Floats
    lons: Floats
    numbers: TextColumn
    names: TextColumn
    cities: TextColumn
    postcodes: TextColumn
    other_numbers: TextColumn
    #: True where the name is that of a place, not of a street.
    in_village: Bools

    @classmethod
    def of(cls, rows: Iterable[AddressRow]) -> Addresses:
        """Return the columns of rows."""
        lats, lons, *texts = transposed(rows, len(AddressRow._fields))
        return cls.of_columns(np.array(lats, dtype=np.float64), np.array(lons, dtype=np.float64), *texts)

    @classmethod
    def of_columns(
        cls,
        lats: Floats,
        lons: Floats,
        numbers: Sequence[str],
        streets: Sequence[str],
        places: Sequence[str],
        cities: Sequence[str],
        postcodes: Sequence[str],
        other_numbers: Sequence[str],
    ) -> Addresses:
        """Return the columns, in the order of an AddressRow's fields."""
        in_village = np.array([not street for street in streets], dtype=bool)
        of_cities = TextColumn.of(cities)
        names = [street or place for street, place in zip(streets, places, strict=True)]
        for row in np.flatnonzero(in_village & _mostly(in_village, of_cities.codes)).tolist():
            names[row] = names[row] or cities[row]
        return cls(
            lats,
            lons,
            TextColumn.of(numbers),
            TextColumn.of(names),
            of_cities,
            TextColumn.of(postcodes),
            TextColumn.of(other_numbers),
            in_village,
        )

    def where_known(self) -> Addresses:
        """Return those whose place is known, which is not NaN."""
        rows = np.flatnonzero(np.isfinite(self.lats))
        return Addresses(
            self.lats[rows],
            self.lons[rows],
            self.numbers.of_rows(rows),
            self.names.of_rows(rows),
            self.cities.of_rows(rows),
            self.postcodes.of_rows(rows),
            self.other_numbers.of_rows(rows),
            self.in_village[rows],
        )


def _mostly(is_so: Bools, groups: Ints) -> Bools:
    """Return for each row whether more than half of the rows of its group are so."""
    most: Bools = 2 * np.bincount(groups, weights=is_so) > np.bincount(groups)
    return most[groups]
