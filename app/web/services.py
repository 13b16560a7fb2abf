"""The settings, the store of jobs and the source of addresses that all routes share, opened when first needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock
from typing import cast

from flask import Flask, current_app

from app.config import Config
from app.queue import open_store
from app.queue.store import JobStore
from app.sources.regions import ImportedRegions

EXTENSION = "doorstep"


@dataclass(slots=True)
class Services:
    """The services of one process. Nothing is opened before its first use, so nothing is open when gunicorn forks."""

    config: Config
    _store: JobStore | None = None
    _source: ImportedRegions | None = None
    _lock: Lock = field(default_factory=Lock)

    @property
    def store(self) -> JobStore:
        """Return the store, made at its first use; its methods raise QueueUnavailable or DatabaseDamaged."""
        if self._store is None:
            with self._lock:
                if self._store is None:
                    self._store = open_store(self.config)
        return self._store

    @property
    def source(self) -> ImportedRegions:
        """Return the source of addresses, made at its first use; all threads share the regions that it has opened."""
        if self._source is None:
            with self._lock:
                if self._source is None:
                    self._source = ImportedRegions(self.config.regions_dir, tiles_dir=self.config.tiles_dir).watched()
        return self._source


def init_app(app: Flask, config: Config) -> None:
    """Give the application its services."""
    app.extensions[EXTENSION] = Services(config)


def services_of(app: Flask) -> Services:
    """Return an application's services."""
    return cast(Services, app.extensions[EXTENSION])


def store() -> JobStore:
    """Return the store of jobs and snapshots."""
    return services_of(current_app).store


def source() -> ImportedRegions:
    """Return the source of addresses."""
    return services_of(current_app).source


def config() -> Config:
    """Return the settings."""
    return services_of(current_app).config
