"""The imported regions as a source of facts: addresses and points located, surroundings opened."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import NamedTuple

from app.atlas.atlas import Atlas
from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE
from app.atlas.geocoder.search.match import Match
from app.atlas.regions import RegionStore
from app.atlas.surroundings import AtlasSurroundings
from app.errors import AddressNotFound, AddressOutsideRegions, AtlasDamaged, NoRegions, RegionNotFound
from app.places import Location, Precision
from app.sources.interface import OutsideScore, Surroundings

#: Both numbers carry decimals, so that no house number with a postcode reads as a point.
PIN = re.compile(r"\s*\(?\s*(-?\d{1,2}\.\d+)\s*[,; ]\s*(-?\d{1,3}\.\d+)\s*\)?\s*")

#: Suggestions offered for an address that was not found.
MOST_SUGGESTIONS = 5


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


class EmbeddedSource:
    """Answers from all regions of a folder; notices new and re-imported ones. Threads may share it."""

    def __init__(self, regions_dir: Path) -> None:
        self._store = RegionStore(regions_dir)
        self._lock = threading.Lock()
        self._open: dict[str, Atlas] = {}

    def atlases(self) -> tuple[Atlas, ...]:
        """Return the regions as they are now, by name. Raises AtlasDamaged only where none of them is whole."""
        found, damage = [], None
        for name in self._store.names():
            try:
                found.append(self._atlas(name))
            except RegionNotFound:  # removed a moment ago
                continue
            except AtlasDamaged as error:
                damage = error
        if not found and damage is not None:
            raise damage
        return tuple(found)

    def locate(self, address: str) -> Location:
        """Find an address, or a point in degrees: the best match, then the fresher, then the larger region.

        Raises AddressNotFound (with suggestions), AddressOutsideRegions or NoRegions.
        """
        atlases = self.atlases()
        if not atlases:
            raise NoRegions
        pin = pin_in(address)
        if pin:
            return pin_location(pin, _holding(pin, atlases))
        answers = [(match, atlas) for atlas in atlases for match in atlas.geocoder.search(address, limit=1)]
        good = [(match, atlas) for match, atlas in answers if match.score >= FOUND]
        if good:
            match, atlas = max(good, key=_preference)
            return _in_region(match, atlas)
        raise _not_found(address, atlases, [match.score for match, _ in answers])

    def complete(self, prefix: str, limit: int = 8) -> tuple[str, ...]:
        """Return addresses that begin as typed, each region's in turn."""
        lists = [atlas.geocoder.complete(prefix, limit) for atlas in self.atlases()]
        turns = (labels[turn] for turn in range(limit) for labels in lists if turn < len(labels))
        return tuple(dict.fromkeys(turns))[:limit]

    def surroundings(self, location: Location) -> Surroundings:
        """Open the surroundings of a location that `locate` gave. Raises RegionNotFound, AtlasDamaged."""
        return AtlasSurroundings(self._atlas(location.region), location)

    def outside_scores(self, location: Location) -> tuple[OutsideScore, ...]:
        """Return nothing: imported regions know no other service."""
        return ()

    def _atlas(self, name: str) -> Atlas:
        directory = self._store.directory(name)
        with self._lock:
            atlas = self._open.get(name)
            if atlas is None or atlas.directory != directory:
                atlas = self._open[name] = Atlas(name, directory)
            return atlas


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


def _not_found(address: str, atlases: tuple[Atlas, ...], scores: list[float]) -> Exception:
    """Say that an address is misspelt where something here is like it, else that it lies elsewhere."""
    titles = _titles(atlases)
    if max(scores, default=0.0) < PLAUSIBLE:
        return AddressOutsideRegions(regions=titles)
    lists = [atlas.geocoder.suggest(address, MOST_SUGGESTIONS) for atlas in atlases]
    turns = (labels[turn] for turn in range(MOST_SUGGESTIONS) for labels in lists if turn < len(labels))
    return AddressNotFound(regions=titles, suggestions=tuple(dict.fromkeys(turns))[:MOST_SUGGESTIONS])
