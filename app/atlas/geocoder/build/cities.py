"""The cities of a region: one spelling for each, and a guess where an address names none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from app.atlas.geocoder.build.columns import LocalityRow
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.store import around, cells_of, columns_of
from app.geo import Floats, distances_m

#: How far a settlement may be from an address that it names, metres; the nearest in proportion names it.
NAMING_M: dict[str, float] = {"city": 9_000.0, "town": 3_500.0, "village": 3_000.0}

#: Side of the cells in which addresses vote for a city, degrees, and of those in which settlements are looked for.
_VOTE_DEGREES, _SETTLEMENT_DEGREES = 0.01, 0.15

#: What settles a vote: so many votes, this share of those that name a city, and this share of all.
_VOTES, _SHARE_OF_NAMED, _SHARE_OF_ALL = 5, 0.6, 0.1


class Cities:
    """The cities of a region: one spelling for each, and a guess for points without one.

    `written` counts how often addresses write each.
    """

    def __init__(self, written: Counter[str], localities: Sequence[LocalityRow]) -> None:
        self._spelling = _spellings(written)
        self._settlements: dict[int, list[LocalityRow]] = defaultdict(list)
        named = [locality for locality in localities if locality.kind in NAMING_M]
        cells = cells_of(*columns_of([(locality.lat, locality.lon) for locality in named]), _SETTLEMENT_DEGREES)
        for locality, cell in zip(named, cells.tolist(), strict=True):
            self._settlements[cell].append(locality)
        self._votes: dict[int, Counter[str]] = defaultdict(Counter)

    def spelled(self, city: str) -> str:
        """Return the region's usual spelling of a city, or "" for what names none ("7")."""
        return self._spelling.get(city, "")

    def vote(self, cities: Iterable[str], lats: Floats, lons: Floats) -> None:
        """Count addresses with their city (spelled the usual way), or "" for those that name none."""
        cells = cells_of(lats, lons, _VOTE_DEGREES).tolist()
        for (cell, city), times in Counter(zip(cells, cities, strict=True)).items():
            self._votes[cell][city] += times

    def guess_all(self, lats: Floats, lons: Floats) -> list[str]:
        """Return for each point the city that the addresses around name, else the settlement that reaches it."""
        cells, which = np.unique(cells_of(lats, lons, _VOTE_DEGREES), return_inverse=True)
        voted = np.array([self._voted(cell) for cell in cells.tolist()], dtype=object)
        guesses = voted[which]
        unnamed = np.flatnonzero(guesses == "")
        around_it = cells_of(lats[unnamed], lons[unnamed], _SETTLEMENT_DEGREES)
        for cell in np.unique(around_it).tolist():
            rows = unnamed[around_it == cell]
            guesses[rows] = self._settlements_of(cell, lats[rows], lons[rows])
        return list(guesses)

    def _voted(self, cell: int) -> str:
        votes: Counter[str] = Counter()
        for beside in around(cell):
            votes.update(self._votes.get(beside, {}))
        everyone = votes.total()
        del votes[""]
        city = min(votes, key=lambda name: (-votes[name], name), default="")
        enough = votes[city] >= max(_VOTES, _SHARE_OF_NAMED * votes.total(), _SHARE_OF_ALL * everyone)
        return city if enough else ""

    def _settlements_of(self, cell: int, lats: Floats, lons: Floats) -> NDArray[np.object_]:
        """Return for points of one cell the settlement whose reach each lies deepest in; a tie goes to the first."""
        names, best = np.full(len(lats), "", dtype=object), np.ones(len(lats))
        near = [locality for beside in around(cell) for locality in self._settlements.get(beside, ())]
        for locality in sorted(near, key=lambda locality: locality.name, reverse=True):
            ratios = distances_m(lats, lons, locality.lat, locality.lon) / NAMING_M[locality.kind]
            deeper = ratios <= best
            names[deeper], best[deeper] = locality.name, ratios[deeper]
        return names


def _spellings(written: Counter[str]) -> dict[str, str]:
    """Return for each way a city is written the usual one: "vancouver" and "Vancouver, BC" give "Vancouver"."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for text, count in written.items():
        name = text.split(",")[0].strip()
        if any(c.isalpha() for c in name):
            names[fold(name)][name] += count
    best = {key: min(same, key=lambda name: (-same[name], name)) for key, same in names.items()}
    return {text: best.get(fold(text.split(",")[0].strip()), "") for text in written}
