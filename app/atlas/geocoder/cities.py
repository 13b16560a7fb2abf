"""Which city or village an address without one belongs to, by its neighbours' word and the mapped places."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.atlas.geocoder.rows import AddressRow, PlaceRow
from app.atlas.geocoder.text import fold
from app.geometry import METRES_PER_DEGREE

#: How far, in metres, a place of each kind reaches from its point: a guess, used to tell whether a hint fits.
REACH_M: dict[str, float] = {
    "country": 100_000.0, "state": 100_000.0, "city": 8_000.0, "borough": 5_000.0, "town": 3_000.0,
    "village": 1_800.0, "suburb": 1_800.0, "quarter": 1_200.0, "hamlet": 900.0, "neighbourhood": 1_200.0,
    "station": 1_000.0,
}  # fmt: skip
#: The reach of any other kind of place.
OTHER_REACH_M = 700.0
#: How far a settlement may be to name an address, metres; the one that is nearest in proportion does.
NAMING_M: dict[str, float] = {"city": 9_000.0, "town": 3_500.0, "village": 3_000.0}

#: Side of the cells in which addresses vote for a city, degrees; votes and shares that settle it.
_VOTE_DEGREES, _SETTLEMENT_DEGREES = 0.01, 0.15
_VOTES, _SHARE_OF_NAMED, _SHARE_OF_ALL = 5, 0.6, 0.1

_Cell = tuple[int, int]
Floats = NDArray[np.float64]


def reach_m(kind: str) -> float:
    """Return how far in metres a place of this kind reaches from its point."""
    return REACH_M.get(kind, OTHER_REACH_M)


class Cities:
    """The cities of a region: one spelling for each, and a guess for points without one."""

    def __init__(self, addresses: Iterable[AddressRow], places: Sequence[PlaceRow]) -> None:
        self._spelling = _spellings(Counter(row.city for row in addresses if row.city))
        self._settlements: dict[_Cell, list[PlaceRow]] = defaultdict(list)
        for place in places:
            if place.kind in NAMING_M:
                self._settlements[_cell(place.lat, place.lon, _SETTLEMENT_DEGREES)].append(place)
        self._near: dict[_Cell, list[PlaceRow]] = {}
        self._votes: dict[_Cell, Counter[str]] = defaultdict(Counter)
        self._guesses: dict[_Cell, str] = {}

    def spelled(self, city: str) -> str:
        """Return the region's usual spelling of a city, or "" for what names none ("7")."""
        return self._spelling.get(city, "")

    def vote(self, addresses: Iterable[AddressRow]) -> None:
        """Count each address with its city, or as one that names none."""
        written = Counter((_cell(row.lat, row.lon, _VOTE_DEGREES), row.city) for row in addresses)
        for (cell, city), times in written.items():
            self._votes[cell][self.spelled(city)] += times

    def guess(self, lat: float, lon: float) -> str:
        """Return the city that the addresses around a point name, else the settlement that reaches it, else ""."""
        return self.guess_all([lat], [lon])[0]

    def guess_all(self, lats: Sequence[float], lons: Sequence[float]) -> list[str]:
        """Return the guess for each of many points: those of one street mostly share what is looked up."""
        cells = [_cell(lat, lon, _VOTE_DEGREES) for lat, lon in zip(lats, lons, strict=True)]
        for cell in set(cells) - self._guesses.keys():
            self._guesses[cell] = self._voted(cell)
        guesses = [self._guesses[cell] for cell in cells]
        unnamed: dict[_Cell, list[int]] = defaultdict(list)
        for i, guess in enumerate(guesses):
            if not guess:
                unnamed[_cell(lats[i], lons[i], _SETTLEMENT_DEGREES)].append(i)
        for cell, rows in unnamed.items():
            names = self._settlements_of(cell, np.array([lats[i] for i in rows]), np.array([lons[i] for i in rows]))
            for i, name in zip(rows, names, strict=True):
                guesses[i] = name
        return guesses

    def _voted(self, cell: _Cell) -> str:
        votes: Counter[str] = Counter()
        for beside in _around(cell):
            votes.update(self._votes.get(beside, {}))
        everyone = votes.total()
        del votes[""]
        city = min(votes, key=lambda name: (-votes[name], name), default="")
        enough = votes[city] >= max(_VOTES, _SHARE_OF_NAMED * votes.total(), _SHARE_OF_ALL * everyone)
        return city if enough else ""

    def _settlements_of(self, cell: _Cell, lats: Floats, lons: Floats) -> list[str]:
        """Return for points of one cell the settlement whose reach each lies deepest in: of equals the first name."""
        if cell not in self._near:
            near = [place for beside in _around(cell) for place in self._settlements.get(beside, ())]
            self._near[cell] = sorted(near, key=lambda place: place.name)
        near = self._near[cell]
        if not near:
            return [""] * len(lats)
        ratios = np.array([_distances_m(lats, lons, place) / NAMING_M[place.kind] for place in near])
        best = ratios.argmin(axis=0)
        return [near[b].name if ratio <= 1 else "" for b, ratio in zip(best.tolist(), ratios.min(axis=0), strict=True)]


def _spellings(written: Counter[str]) -> dict[str, str]:
    """Return for each way a city is written the usual one: "vancouver" and "Vancouver, BC" give "Vancouver"."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for text, count in written.items():
        name = text.split(",")[0].strip()
        if any(c.isalpha() for c in name):
            names[fold(name)][name] += count
    best = {key: min(same, key=lambda name: (-same[name], name)) for key, same in names.items()}
    return {text: best.get(fold(text.split(",")[0].strip()), "") for text in written}


def _distances_m(lats: Floats, lons: Floats, place: PlaceRow) -> Floats:
    """Return what `geometry.distance_m` gives, for many points at once."""
    x = (place.lon - lons) * METRES_PER_DEGREE * np.cos(np.radians((lats + place.lat) / 2))
    y = (place.lat - lats) * METRES_PER_DEGREE
    return np.hypot(x, y)


def _cell(lat: float, lon: float, degrees: float) -> _Cell:
    return math.floor(lat / degrees), math.floor(lon / degrees)


def _around(cell: _Cell) -> list[_Cell]:
    return [(cell[0] + i, cell[1] + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
