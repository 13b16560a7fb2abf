"""The imported regions as a source of facts: what they cover, addresses completed and located, surroundings opened."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.atlas.atlas import Atlas
from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE
from app.atlas.geocoder.search.match import Match
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.errors import (
    AddressNotFound,
    AddressOutsideRegions,
    AtlasDamaged,
    DoorstepError,
    NoRegions,
    RegionNotFound,
)
from app.places import Location, Precision, Question
from app.sources.interface import Surroundings

#: Both numbers carry decimals, so that no house number with a postcode reads as a point.
PIN = re.compile(r"\s*\(?\s*(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)\s*\)?\s*")

#: Completions offered, the fewest letters worth completing, and the most that are looked at.
MOST_COMPLETIONS = 8
FEWEST_LETTERS = 3
LONGEST_TYPED = 200
#: Suggestions offered for an address that was not found.
MOST_SUGGESTIONS = 5

log = logging.getLogger(__name__)


class Pin(NamedTuple):
    """A point in degrees."""

    lat: float
    lon: float


def pin_in(text: str) -> Pin | None:
    """Return the point that a text gives ("60.1652, 24.9364"), None where it is none on Earth."""
    found = PIN.fullmatch(text)
    if not found:
        return None
    pin = Pin(float(found[1]), float(found[2]))
    return pin if abs(pin.lat) <= 90 and abs(pin.lon) <= 180 else None


def pin_location(pin: Pin, atlas: Atlas) -> Location:
    """Return the point itself as a location, named by the nearest address of a region that holds it."""
    nearest = atlas.geocoder.reverse(pin.lat, pin.lon)
    point = f"{pin.lat:.5f}, {pin.lon:.5f}"
    if nearest is None:
        note = "No address or street is mapped near this point."
        return Location(pin.lat, pin.lon, point, Precision.PLACE, atlas.name, note)
    note = f"Evaluated at the point {point}. {nearest.location.note}".strip()
    return Location(pin.lat, pin.lon, f"Near {nearest.location.label}", Precision.HOUSE, atlas.name, note)


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """One region, for people. `usable` is False where its data is damaged; then only the name is known."""

    name: str
    title: str
    usable: bool = True
    #: An ISO date, "" where the map file carries none.
    data_date: str = ""
    attribution: str = ""
    covered_km2: float = 0.0
    addresses: int = 0
    places: int = 0
    feeds: tuple[str, ...] = ()
    #: The day that the timetables are taken from, an ISO date; "" without timetables.
    service_date: str = ""
    notes: tuple[str, ...] = ()


class ImportedRegions:
    """Answers from all regions of a folder; notices new and re-imported ones. Threads may share it."""

    def __init__(self, regions_dir: Path) -> None:
        self._store = RegionStore(regions_dir)
        self._lock = threading.Lock()
        self._open: dict[str, Atlas] = {}
        #: Damaged builds that are in the log already.
        self._logged: set[Path] = set()

    def covered(self) -> tuple[CoveredRegion, ...]:
        """Return every region, the damaged ones too, in alphabetical order of their titles."""
        regions = [_covered(name, atlas) for name, atlas in self._regions()]
        return tuple(sorted(regions, key=lambda region: region.title.casefold()))

    def complete(self, typed: str, limit: int = MOST_COMPLETIONS, beside: str = "") -> tuple[str, ...]:
        """Return addresses that begin as typed, each region's in turn; none before there is enough to go on.

        `beside` is the address in the form where a destination is typed.
        """
        typed = typed.strip()[:LONGEST_TYPED]
        if sum(map(str.isalnum, typed)) < FEWEST_LETTERS:
            return ()
        return _in_turn([atlas.geocoder.complete(typed, limit) for atlas in self._whole()], limit)

    def locate(self, address: str, near: Location | None = None) -> Location | Question:
        """Find an address, or a point in degrees: the best match, then the fresher, then the larger region.

        Raises AddressNotFound (with suggestions), AddressOutsideRegions, NoRegions, or AtlasDamaged where no region
        is whole.
        """
        atlases = self._whole()
        if not atlases:
            raise self._nothing_to_search()
        pin = pin_in(address)
        if pin:
            return pin_location(pin, _holding(pin, atlases))
        answers = [(match, atlas) for atlas in atlases for match in atlas.geocoder.search(address, limit=1)]
        good = [(match, atlas) for match, atlas in answers if match.score >= FOUND]
        if good:
            match, atlas = max(good, key=_preference)
            return _in_region(match, atlas)
        raise _not_found(address, atlases, [match.score for match, _ in answers])

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location that `locate` gave. Raises RegionNotFound, AtlasDamaged."""
        return AtlasSurroundings(self._atlas(location.region), location)

    def _regions(self) -> tuple[tuple[str, Atlas | None], ...]:
        """Return each region's name and atlas as they are now, by name; None where the data is damaged."""
        found: list[tuple[str, Atlas | None]] = []
        for name in self._store.names():
            try:
                found.append((name, self._atlas(name)))
            except RegionNotFound:  # removed a moment ago
                continue
            except AtlasDamaged:
                found.append((name, None))
        return tuple(found)

    def _whole(self) -> tuple[Atlas, ...]:
        return tuple(atlas for _, atlas in self._regions() if atlas is not None)

    def _nothing_to_search(self) -> DoorstepError:
        damaged = [name for name, atlas in self._regions() if atlas is None]
        return AtlasDamaged(name=damaged[-1]) if damaged else NoRegions()

    def _atlas(self, name: str) -> Atlas:
        """Open a region once: a build never changes, a new import is another folder.

        A damaged one is tried again each time, as a lack of file handles looks the same, but logged only once.
        """
        directory = self._store.directory(name)
        with self._lock:
            atlas = self._open.get(name)
            if atlas is None or atlas.directory != directory:
                atlas = self._open[name] = self._opened(name, directory)
            return atlas

    def _opened(self, name: str, directory: Path) -> Atlas:
        try:
            return Atlas(name, directory)
        except AtlasDamaged as error:
            if directory not in self._logged:
                self._logged.add(directory)
                log.warning("%s", error.message)
            raise


def _covered(name: str, atlas: Atlas | None) -> CoveredRegion:
    if atlas is None:
        return CoveredRegion(name, name, usable=False)
    meta = atlas.meta
    return CoveredRegion(
        name=name,
        title=meta.title,
        data_date=meta.data_date,
        attribution=meta.attribution,
        covered_km2=meta.covered_km2,
        addresses=meta.addresses,
        places=meta.places,
        feeds=meta.feeds,
        service_date=meta.service_date,
        notes=meta.notes,
    )


def _in_turn(lists: Sequence[Sequence[str]], limit: int) -> tuple[str, ...]:
    """Return the first of each list, then the second of each, and so on, none twice."""
    turns = (labels[turn] for turn in range(limit) for labels in lists if turn < len(labels))
    return tuple(dict.fromkeys(turns))[:limit]


def _preference(found: tuple[Match, Atlas]) -> tuple[float, tuple[str, float, str]]:
    match, atlas = found
    return round(match.score, 2), _worth(atlas)


def _worth(atlas: Atlas) -> tuple[str, float, str]:
    """Order regions that overlap: the fresher, then the larger."""
    return atlas.meta.data_date, atlas.meta.covered_km2, atlas.name


def _holding(pin: Pin, atlases: tuple[Atlas, ...]) -> Atlas:
    """Return the best region that holds data at a point. Raises AddressOutsideRegions."""
    holding = [atlas for atlas in atlases if atlas.coverage.holds(pin.lat, pin.lon)]
    if not holding:
        raise AddressOutsideRegions(regions=_titles(atlases))
    return max(holding, key=_worth)


def _titles(atlases: tuple[Atlas, ...]) -> str:
    return ", ".join(sorted(atlas.meta.title for atlas in atlases))


def _in_region(match: Match, atlas: Atlas) -> Location:
    at = match.location
    return Location(at.lat, at.lon, at.label, at.precision, atlas.name, at.note)


def _not_found(address: str, atlases: tuple[Atlas, ...], scores: list[float]) -> DoorstepError:
    """Return the error of a misspelt address where something here is like it, else that of one that lies elsewhere."""
    titles = _titles(atlases)
    if max(scores, default=0.0) < PLAUSIBLE:
        return AddressOutsideRegions(regions=titles)
    lists = [atlas.geocoder.suggest(address, MOST_SUGGESTIONS) for atlas in atlases]
    return AddressNotFound(regions=titles, suggestions=_in_turn(lists, MOST_SUGGESTIONS))
