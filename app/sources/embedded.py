"""The imported regions as a source of facts."""

from __future__ import annotations

import threading
from pathlib import Path

from app.atlas.atlas import Atlas
from app.atlas.geocoder.geocoder import FOUND, PLAUSIBLE, Match
from app.atlas.regions import RegionStore
from app.errors import AddressNotFound, AddressOutsideRegions, AtlasDamaged, NoRegions, RegionNotFound
from app.places import Location
from app.sources.base import OutsideScore, Surroundings
from app.sources.pins import Pin, pin_in, pin_location
from app.sources.surroundings import AtlasSurroundings

#: Suggestions offered for an address that was not found.
MOST_SUGGESTIONS = 5


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
