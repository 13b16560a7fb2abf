"""Which city or village an address without one belongs to, by its neighbours' word and the mapped places."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from app.atlas.address_text import fold
from app.atlas.geocoder_rows import AddressRow, PlaceRow
from app.geometry import distance_m

#: How far, in metres, a settlement of each kind reaches from its point: a guess for hints and missing cities.
REACH_M: dict[str, float] = {
    "country": 100_000.0, "state": 100_000.0, "city": 8_000.0, "borough": 5_000.0, "town": 3_000.0,
    "village": 1_800.0, "suburb": 1_800.0, "quarter": 1_200.0, "hamlet": 900.0, "neighbourhood": 1_200.0,
    "station": 1_000.0,
}  # fmt: skip
#: The reach of any other kind of place.
OTHER_REACH_M = 700.0

#: Side of the cells in which addresses vote for a city, degrees, and the votes and the share that settle it.
_VOTE_DEGREES = 0.01
_VOTES = 5
_SHARE = 0.6


def reach_m(kind: str) -> float:
    """Return how far in metres a place of this kind reaches from its point."""
    return REACH_M.get(kind, OTHER_REACH_M)


class Cities:
    """The cities of a region: one spelling for each, and a guess for points without one."""

    def __init__(self, addresses: Iterable[AddressRow], places: Sequence[PlaceRow]) -> None:
        spellings = Counter(row.city for row in addresses if row.city)
        by_key: dict[str, Counter[str]] = defaultdict(Counter)
        for text, count in spellings.items():
            name = text.split(",")[0].strip()
            if any(c.isalpha() for c in name):
                by_key[fold(name)][name] += count
        best = {key: min(names, key=lambda n: (-names[n], n)) for key, names in by_key.items()}
        self._spelling = {text: best.get(fold(text.split(",")[0].strip()), "") for text in spellings}
        self._settlements = [place for place in sorted(places) if place.kind in ("city", "town", "village")]
        self._votes: dict[tuple[int, int], Counter[str]] = defaultdict(Counter)

    def spelled(self, city: str) -> str:
        """Return the region's usual spelling of a city, or "" for what names none ("7")."""
        return self._spelling.get(city, "")

    def vote(self, lat: float, lon: float, city: str) -> None:
        """Count one address that names its city."""
        self._votes[_cell(lat, lon)][city] += 1

    def guess(self, lat: float, lon: float) -> str:
        """Return the city that the addresses around a point name, else the settlement that reaches it, else ""."""
        i, j = _cell(lat, lon)
        votes: Counter[str] = Counter()
        for beside in ((i + di, j + dj) for di in (-1, 0, 1) for dj in (-1, 0, 1)):
            votes.update(self._votes.get(beside, {}))
        if votes:
            city = min(votes, key=lambda name: (-votes[name], name))
            if votes[city] >= max(_VOTES, _SHARE * votes.total()):
                return city
        return self._settlement(lat, lon)

    def _settlement(self, lat: float, lon: float) -> str:
        near = [(distance_m(lat, lon, p.lat, p.lon) / reach_m(p.kind), p.name) for p in self._settlements]
        ratio, name = min(near, default=(math.inf, ""))
        return name if ratio <= 1.5 else ""


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return math.floor(lat / _VOTE_DEGREES), math.floor(lon / _VOTE_DEGREES)
