"""What the routes work with: the settings, the store of jobs and the source of addresses, opened when first needed."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import cast

from flask import Flask, current_app

from app.atlas.atlas import Atlas
from app.atlas.regions import RegionStore
from app.config import Config
from app.errors import AtlasDamaged
from app.queue import open_store
from app.queue.jobs import JobStore
from app.views.job import Estimates

EXTENSION = "doorstep"

log = logging.getLogger(__name__)

#: Completions shown, and the fewest letters worth completing.
MOST_COMPLETIONS = 8
FEWEST_LETTERS = 3
#: Regions kept open at once.
OPEN_REGIONS = 64


@dataclass(slots=True)
class Services:
    """One per process, made in its own process: nothing is opened before gunicorn forks."""

    config: Config
    estimates: Estimates = field(default_factory=Estimates)
    _store: JobStore | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def store(self) -> JobStore:
        """Open the store at its first use. Raises QueueUnavailable or DatabaseDamaged."""
        if self._store is None:
            with self._lock:
                if self._store is None:
                    self._store = open_store(self.config)
        return self._store


def init_app(app: Flask, config: Config) -> None:
    """Hang the services on the application."""
    app.extensions[EXTENSION] = Services(config)


def services() -> Services:
    """Return the current application's services."""
    return cast(Services, current_app.extensions[EXTENSION])


def store() -> JobStore:
    """Return the store of jobs and snapshots."""
    return services().store


def config() -> Config:
    """Return the settings."""
    return services().config


@dataclass(frozen=True, slots=True)
class CoveredRegion:
    """One region. `usable` is False where its data is damaged; then only the name is known."""

    name: str
    title: str
    usable: bool = True
    data_date: str = ""
    attribution: str = ""
    covered_km2: float = 0.0
    addresses: int = 0
    places: int = 0
    feeds: tuple[str, ...] = ()
    service_date: str = ""
    notes: tuple[str, ...] = ()


def covered_regions() -> tuple[CoveredRegion, ...]:
    """Return every region, in alphabetical order of their titles."""
    return tuple(sorted((_covered(*found) for found in _directories()), key=lambda region: region.title.casefold()))


def completions(typed: str) -> tuple[str, ...]:
    """Return addresses of all regions that begin as typed; nothing before there is enough to go on."""
    typed = typed.strip()[:200]
    if sum(map(str.isalnum, typed)) < FEWEST_LETTERS:
        return ()
    atlases = filter(None, (_opened(*found) for found in _directories()))
    found = [address for atlas in atlases for address in atlas.geocoder.complete(typed, MOST_COMPLETIONS)]
    return tuple(dict.fromkeys(found))[:MOST_COMPLETIONS]


def _directories() -> tuple[tuple[str, Path], ...]:
    regions = RegionStore(config().regions_dir)
    return tuple((name, regions.directory(name)) for name in regions.names())


@lru_cache(maxsize=OPEN_REGIONS)
def _opened(name: str, directory: Path) -> Atlas | None:
    """Open a region once: a build never changes, a new import is another folder. None: damaged, and the log says so."""
    try:
        return Atlas(name, directory)
    except AtlasDamaged as error:
        log.warning("%s", error.message)
        return None


def _covered(name: str, directory: Path) -> CoveredRegion:
    atlas = _opened(name, directory)
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
