"""All settings, read once from the environment; a bad value stops the start with a clear sentence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from app.errors import ConfigError

PREFIX = "DOORSTEP_"


@dataclass(frozen=True, slots=True)
class Config:
    """One field a setting: `DOORSTEP_` and the field's name in capitals sets it."""

    #: Folder with everything that must be kept: the database, the regions, the cookie key.
    data_dir: Path = Path("var")
    #: Key that signs cookies; "" makes one at first start and keeps it in data_dir.
    secret_key: str = ""
    #: Token for the operators' page /queue; "" switches the page off.
    operator_token: str = ""
    #: Number of proxies in front whose X-Forwarded-* headers are believed.
    trusted_proxies: int = 0
    #: A claim is lost this long after its last heartbeat (seconds; heartbeats come at a third of it).
    lease_seconds: float = 15.0
    #: An evaluation stage that takes longer is stopped and tried again (seconds).
    stage_timeout_seconds: float = 120.0
    #: How often one job is tried before it fails for good.
    max_attempts: int = 3
    #: Live jobs that one owner may have at once.
    max_live_jobs_per_owner: int = 10
    #: Live jobs in all.
    max_live_jobs: int = 10_000
    #: Finished jobs older than this are cleared away (days); snapshots stay.
    job_retention_days: float = 30.0
    #: How much the evaluation's process yields to the pages (Unix niceness, 0 to 19).
    evaluation_niceness: int = 10

    @property
    def database_path(self) -> Path:
        """The one file to back up: jobs and snapshots."""
        return self.data_dir / "doorstep.sqlite"

    @property
    def regions_dir(self) -> Path:
        """Where imported regions live."""
        return self.data_dir / "regions"


def load_config(environ: Mapping[str, str] | None = None) -> Config:
    """Read the settings. Raises ConfigError naming the variable and what is wrong with it."""
    environ = os.environ if environ is None else environ
    known = {PREFIX + field.name.upper(): field for field in fields(Config)}
    for name in environ:
        if name.startswith(PREFIX) and name not in known:
            raise ConfigError(name=name, why="there is no such setting")
    values: dict[str, object] = {}
    for name, field in known.items():
        if name in environ:
            values[field.name] = _parse(name, environ[name], field.default)
    return Config(**values)  # type: ignore[arg-type]


#: Smallest and largest sensible value of each numeric setting.
LIMITS: dict[str, tuple[float, float]] = {
    "TRUSTED_PROXIES": (0, 10),
    "LEASE_SECONDS": (0.3, 3_600),
    "STAGE_TIMEOUT_SECONDS": (0.1, 86_400),
    "MAX_ATTEMPTS": (1, 100),
    "MAX_LIVE_JOBS_PER_OWNER": (1, 1_000_000),
    "MAX_LIVE_JOBS": (1, 10_000_000),
    "JOB_RETENTION_DAYS": (0.01, 36_500),
    "EVALUATION_NICENESS": (0, 19),
}


def _parse(name: str, text: str, default: object) -> object:
    if isinstance(default, Path):
        if not text:
            raise ConfigError(name=name, why="it is empty")
        return Path(text)
    if isinstance(default, int | float):
        return _number(name, text, type(default))
    return text


def _number(name: str, text: str, kind: type[int] | type[float]) -> float:
    try:
        value = kind(text)
    except ValueError:
        raise ConfigError(name=name, why=f"{text!r} is not a number") from None
    low, high = LIMITS[name.removeprefix(PREFIX)]
    if not low <= value <= high:
        raise ConfigError(name=name, why=f"{text} is not between {low:g} and {high:g}")
    return value
