"""All settings, read once from the environment; a bad value stops the start with a clear sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from app.errors import ConfigError

PREFIX = "DOORSTEP_"


def _between(low: float, high: float, *, default: float) -> Any:
    """Make a numeric setting: its default, and the smallest and largest sensible value."""
    return field(default=default, metadata={"low": low, "high": high})


def _one_of(*words: str) -> Any:
    """Make a setting of words, the first of which is the default."""
    return field(default=words[0], metadata={"words": words})


@dataclass(frozen=True, slots=True)
class Config:
    """One field a setting: `DOORSTEP_` and the field's name in capitals sets it. Nothing else holds a default.

    The comment above a field is what docs/operations.md says of it; `python -m tests.support.settings` writes it there.
    """

    #: Folder with everything that must be kept: the database, the regions, the cookie key.
    data_dir: Path = Path("var")
    #: Key that signs cookies; without one it is made at the first start and kept in `secret.key` in the data folder.
    secret_key: str = ""
    #: Token for the operators' page `/queue`; without one there is no such page.
    operator_token: str = ""
    #: Token with which a program reads /metrics, and nothing else; the operators' token opens that too.
    metrics_token: str = ""
    #: Form of the log's lines.
    log_format: str = _one_of("text", "json")
    #: The least level that is logged.
    log_level: str = _one_of("info", "debug", "warning", "error")
    #: With 1 a line is logged for each request: its route's template, status and duration, never its path or query.
    log_requests: int = _between(0, 1, default=0)
    #: Where defects are reported to a Sentry server (its DSN); without one they are reported nowhere.
    sentry_dsn: str = ""
    #: Number of proxies in front whose `X-Forwarded-*` headers are believed.
    trusted_proxies: int = _between(0, 10, default=0)
    #: Names by which the site may be asked for, with commas between, each with or without a port; without any, by any.
    hosts: str = ""
    #: A claim is lost this many seconds after its last heartbeat; heartbeats come at a third of it.
    lease_seconds: float = _between(0.3, 3_600, default=15.0)
    #: An evaluation stage that takes more seconds is stopped and tried again.
    stage_timeout_seconds: float = _between(0.1, 86_400, default=120.0)
    #: How often one job is tried before it fails for good.
    max_attempts: int = _between(1, 100, default=3)
    #: Waiting and running jobs that one browser may have at once.
    max_live_jobs_per_owner: int = _between(1, 1_000_000, default=10)
    #: Live jobs that one address block (IPv4 address, IPv6 /64) may have at once, with all its cookies; 0 is no limit.
    #: Five browsers' worth, as a household or an office shares its address.
    max_live_jobs_per_client: int = _between(0, 500, default=50)
    #: Requests a minute of one address block that change or draw something.
    client_changes_per_minute: int = _between(1, 1_000_000, default=240)
    #: All other requests a minute of one address block that are counted.
    client_reads_per_minute: int = _between(1, 1_000_000, default=1_200)
    #: Waiting and running jobs that a token may have at once, where `flask token create` says nothing else.
    token_live_jobs: int = _between(1, 1_000_000, default=50)
    #: Requests that a token may send a minute, where `flask token create` says nothing else.
    token_requests_per_minute: int = _between(1, 1_000_000, default=600)
    #: Waiting and running jobs in all.
    max_live_jobs: int = _between(1, 10_000_000, default=10_000)
    #: A question which place was meant is closed after this many hours without an answer.
    question_hours: int = _between(1, 720, default=24)
    #: Finished jobs that are more days old are cleared away; snapshots stay.
    job_retention_days: float = _between(0.01, 36_500, default=30.0)
    #: Snapshots that are more days old are deleted, unless they are on a shortlist; 0 keeps them for ever.
    snapshot_retention_days: float = _between(0, 36_500, default=0.0)
    #: Gigabytes that the database may take; beyond that no new address is taken.
    max_database_gb: float = _between(0.001, 100_000, default=20.0)
    #: With fewer free megabytes on the disk of data_dir the site is not ready: the log alone may take 32.
    least_free_mb: float = _between(0, 1_000_000, default=64)
    #: How much the evaluation's process yields to the pages (Unix niceness).
    evaluation_niceness: int = _between(0, 19, default=10)
    #: With `on`, addresses outside all regions are looked up by the services below, which needs a contact.
    live: str = _one_of("off", "on")
    #: E-mail address or web page by which the services can reach whoever runs this site; it is sent with each request.
    contact: str = ""
    #: Services that look for addresses, in the order in which they are asked: `nominatim`, `photon`, `census` (US only)
    #: and `google` (needs its key).
    geocoders: str = "nominatim,photon"
    #: Where Nominatim answers.
    nominatim_url: str = "https://nominatim.openstreetmap.org"
    #: Where Photon answers.
    photon_url: str = "https://photon.komoot.io"
    #: Where the geocoder of the US Census Bureau answers.
    census_url: str = "https://geocoding.geo.census.gov"
    #: Where Google's Geocoding API and its Places API answer.
    google_url: str = "https://maps.googleapis.com"
    #: Key of Google's interfaces, which are billed by the call.
    google_key: str = ""
    #: With `off` no streets and places are fetched; what was fetched before is used.
    overpass: str = _one_of("on", "off")
    #: Where Overpass answers.
    overpass_url: str = "https://overpass-api.de"
    #: Facts of others that a report shows beside its own: `fema` (US flood zones), `walkscore` and `google` (ratings);
    #: the last two need their keys.
    extras: str = "fema"
    #: With `on`, those are asked about addresses in imported regions too, which then wait for them (25 s at most).
    extras_in_regions: str = _one_of("off", "on")
    #: Where FEMA's map of flood zones answers.
    fema_url: str = "https://hazards.fema.gov"
    #: Where Walk Score answers.
    walkscore_url: str = "https://api.walkscore.com"
    #: Key of Walk Score.
    walkscore_key: str = ""
    #: Requests a day to each service; beyond that it is not asked before the next day (UTC).
    service_requests_per_day: int = _between(0, 1_000_000, default=5_000)
    #: Megabytes a day from each service.
    service_mb_per_day: float = _between(0, 1_000_000, default=500)
    #: Requests a day to each of Google's two interfaces.
    google_requests_per_day: int = _between(0, 1_000_000, default=200)
    #: Seconds between two requests to a service at an address of your own; public ones have their own rule.
    own_service_pause_seconds: float = _between(0, 60, default=1.0)
    #: Seconds that one try of an evaluation may spend waiting for services in all.
    live_seconds_per_job: float = _between(1, 3_600, default=240)
    #: Answers of services are used again for so many days.
    answer_days: float = _between(0, 3_650, default=30)
    #: Streets and places that were fetched are used for so many days; then they are fetched again.
    tile_days: float = _between(0, 3_650, default=30)
    #: Gigabytes that fetched streets and places may take; beyond that those used longest ago are cleared away.
    most_tiles_gb: float = _between(0.001, 100_000, default=2.0)
    #: Where a site of several hosts keeps its jobs and reports (`postgresql://...`, in words of libpq); without one
    #: they are in a file in the data folder. Every host needs the same `DOORSTEP_SECRET_KEY` then.
    database_url: str = ""
    #: Connections to that database that one process may hold at once.
    database_connections: int = _between(2, 1_000, default=10)
    #: With `off` the web server evaluates nothing itself, and leaves the jobs to `flask worker` processes.
    worker: str = _one_of("on", "off")
    #: Where the hosts of a site find its regions: a folder, or `s3://bucket/prefix`; without one each has its own.
    region_store: str = ""

    @property
    def database_path(self) -> Path:
        """The one file to back up: jobs and snapshots."""
        return self.data_dir / "doorstep.sqlite"

    @property
    def regions_dir(self) -> Path:
        """Where imported regions live."""
        return self.data_dir / "regions"

    @property
    def tiles_dir(self) -> Path:
        """Where the streets and places live that were fetched from live services."""
        return self.data_dir / "tiles"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings. Raises ConfigError naming the variable and what is wrong with it."""
    environ = os.environ if environ is None else environ
    known = {PREFIX + setting.name.upper(): setting for setting in fields(Config)}
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            raise ConfigError(name=name, why="there is no such setting")
    values: dict[str, object] = {}
    for name, setting in known.items():
        if name in environ:
            values[setting.name] = _parse(name, environ[name], setting)
    return Config(**values)  # type: ignore[arg-type]


def _parse(name: str, text: str, setting: Field[Any]) -> object:
    if isinstance(setting.default, Path):
        if not text:
            raise ConfigError(name=name, why="it is empty")
        return Path(text)
    words = setting.metadata.get("words")
    if words and text not in words:
        raise ConfigError(name=name, why=f"{text!r} is not one of {', '.join(words)}")
    return _number(name, text, setting) if "low" in setting.metadata else text


def _number(name: str, text: str, setting: Field[Any]) -> float:
    try:
        value: float = (int if isinstance(setting.default, int) else float)(text)
    except ValueError:
        raise ConfigError(name=name, why=f"{text!r} is not a number") from None
    low, high = setting.metadata["low"], setting.metadata["high"]
    if not low <= value <= high:
        raise ConfigError(name=name, why=f"{text} is not between {low:g} and {high:g}")
    return value
