"""Small atlases of fetched streets and places: made once for all addresses of a tile, kept, and used again."""

from __future__ import annotations

import datetime
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from app.atlas.atlas import Atlas, AtlasMeta
from app.atlas.regions import RegionStore
from app.config import Config
from app.errors import (
    AtlasUnreadable,
    BadExtract,
    NoHomeHere,
    RegionNotFound,
    ServiceBusy,
    ServiceDenied,
    ServiceSpent,
    ServiceTrouble,
    SurroundingsNotHere,
    TooManyOpenFiles,
)
from app.sources.live.asking.queries import Answered, Asks
from app.sources.live.services import Service
from app.sources.live.tiles.grid import Tile, tile_at
from app.sources.live.tiles.overpass import OverpassAnswer, question, read_answer

#: What a tile is called, true of all that lies within 2.5 km of it: "half of this area's addresses", "in this area".
TITLE = "this area"
#: Where the marks of tiles lie, beside the atlases: locks, when each was used, and where nothing is mapped.
MARKS = ".marks"
DAY_S = 86_400.0
#: Seconds to wait for another process that makes the same tile; then the job goes back into the line.
WAIT_S, LOOK_EVERY_S = 10.0, 0.05
#: A tile that was used so few seconds ago may still be read, and is not cleared away.
IN_USE_S = 600.0
#: Where nobody lives, in the words of NoHomeHere.
NO_STREET = "far from every street on the map"


class Tiles:
    """Makes and keeps tiles, for one try of an evaluation. Processes may share a folder of them."""

    def __init__(
        self, config: Config, overpass: Service | None, client: Asks, clock: Callable[[], float] = time.time
    ) -> None:
        self._overpass = overpass
        self._client = client
        self._clock = clock
        self._days = config.tile_days
        self._most_bytes = config.most_tiles_gb * 1e9
        self._dir = config.tiles_dir
        self._store = RegionStore(config.tiles_dir)
        #: The builds that were found to be fresh: an evaluation asks for its tile again and again.
        self._looked_at: dict[str, Path | None] = {}

    def ready(self, lat: float, lon: float) -> str:
        """Return the name of the tile around a point, which is there then: fetched now unless a fresh one is kept.

        An older tile is used where the service is in trouble; without one that is raised. Raises NoHomeHere where no
        street is mapped, SurroundingsNotHere where nothing is fetched, and ServiceBusy where another process makes the
        tile right now.
        """
        tile = tile_at(lat, lon)
        build = self._build_of(tile)
        if build is None or self._looked_at.get(tile.name) != build:
            if not self._is_fresh(self._meta(tile)):
                self._renew(tile)
            self._stamp(tile, "used")
            self._looked_at[tile.name] = self._build_of(tile)
        return tile.name

    def clear(self) -> int:
        """Remove all tiles; evaluations that are reading one can finish. Return how many there were."""
        names = self._store.names()
        for name in names:
            self._remove(name)
        for mark in (self._dir / MARKS).glob("*.nothing"):
            mark.unlink(missing_ok=True)
        return len(names)

    def _renew(self, tile: Tile) -> None:
        """Fetch a tile, unless another process does that meanwhile. Raises as `ready`."""
        if self._overpass is None:
            if self._meta(tile) is None:
                raise SurroundingsNotHere
            return
        with self._alone(tile, self._overpass):
            before = self._meta(tile)
            if self._is_fresh(before):
                return
            try:
                self._fetch(tile, self._overpass, before)
            except (ServiceTrouble, ServiceSpent, ServiceDenied):
                if before is None:
                    raise

    def _fetch(self, tile: Tile, overpass: Service, before: AtlasMeta | None) -> None:
        if self._has_nothing(tile):
            raise NoHomeHere(where=NO_STREET)
        asked = question(tile, overpass.read_s)
        answered = self._client.ask(overpass, asked, read_answer)
        if before is not None and before.fetched_at == minute(answered.fetched_at):
            return  # the answer is the one that the tile was made from: it is kept longer than tiles count as fresh
        if not answered.value.has_streets(tile.known_box):
            self._stamp(tile, "nothing")
            raise NoHomeHere(where=NO_STREET)
        try:
            self._build(tile, answered)
        except BadExtract as error:
            self._client.let_go(overpass, asked)  # another one may be better
            raise ServiceTrouble(service=overpass.title, why="sent a map that contradicts itself") from error
        self._client.let_go(overpass, asked)
        self._make_room(tile.name)

    def _build(self, tile: Tile, answered: Answered[OverpassAnswer]) -> None:
        # Loading what an import needs takes a third of a second, which only a new tile costs.
        from app.atlas.importing.importer import RegionInput, import_region

        extract = self._mark(tile, "osm.pbf")
        answered.value.write(extract, tile.known_box)
        try:
            region = RegionInput(extract, title=TITLE, known_box=tile.known_box, fetched_at=minute(answered.fetched_at))
            import_region(self._store, tile.name, region)
        finally:
            extract.unlink(missing_ok=True)

    def _build_of(self, tile: Tile) -> Path | None:
        """Return the folder that a tile is in now, None where there is none."""
        with suppress(RegionNotFound):
            return self._store.directory(tile.name)
        return None

    def _meta(self, tile: Tile) -> AtlasMeta | None:
        """Return the facts of a tile, None where it is missing, damaged, or of another version. TooManyOpenFiles."""
        try:
            return Atlas(tile.name, self._store.directory(tile.name)).meta
        except TooManyOpenFiles:
            raise
        except (RegionNotFound, AtlasUnreadable):
            return None

    def _is_fresh(self, meta: AtlasMeta | None) -> bool:
        if meta is None or not meta.fetched_at:
            return False
        fetched_at = datetime.datetime.fromisoformat(meta.fetched_at).timestamp()
        return self._clock() - fetched_at < self._days * DAY_S

    def _has_nothing(self, tile: Tile) -> bool:
        """Return whether a look at a tile found no street less than a day ago."""
        try:
            return self._clock() - self._mark(tile, "nothing").stat().st_mtime < DAY_S
        except FileNotFoundError:
            return False

    @contextmanager
    def _alone(self, tile: Tile, overpass: Service) -> Iterator[None]:
        """Let one process at a time make a tile; the lock goes with the process. Raises ServiceBusy after a while."""
        with self._mark(tile, "lock").open("w") as lock:
            until = time.monotonic() + WAIT_S
            while not _locked(lock.fileno()):
                if time.monotonic() > until:
                    raise ServiceBusy(service=overpass.title)
                time.sleep(LOOK_EVERY_S)
            yield

    def _make_room(self, new: str) -> None:
        """Remove the tiles that were used longest ago until the others have room, but for those in use."""
        sizes = {name: self._store.size(name) for name in self._store.names()}
        too_much = sum(sizes.values()) - self._most_bytes
        for name in sorted(sizes.keys() - {new}, key=self._used_at):
            if too_much <= 0 or self._clock() - self._used_at(name) < IN_USE_S:
                return
            self._remove(name)
            too_much -= sizes[name]

    def _used_at(self, name: str) -> float:
        try:
            return (self._dir / MARKS / f"{name}.used").stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def _remove(self, name: str) -> None:
        with suppress(RegionNotFound):  # another process was faster
            self._store.remove(name)
        (self._dir / MARKS / f"{name}.used").unlink(missing_ok=True)

    def _mark(self, tile: Tile, kind: str) -> Path:
        (self._dir / MARKS).mkdir(parents=True, exist_ok=True)
        return self._dir / MARKS / f"{tile.name}.{kind}"

    def _stamp(self, tile: Tile, kind: str) -> None:
        """Note the time of now on a tile."""
        mark = self._mark(tile, kind)
        mark.touch()
        os.utime(mark, (self._clock(), self._clock()))


def minute(seconds: float) -> str:
    """Return a time as an atlas has it: an ISO date and time to the minute, UTC."""
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%MZ")


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
