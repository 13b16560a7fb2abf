"""Makes the tile of a point again and again, from one answer: `python -m ... FOLDER URL LAT LON`; to be killed."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable
from pathlib import Path

from app.config import Config
from app.sources.live.asking.queries import Answered, Query, Value
from app.sources.live.services import Service
from app.sources.live.tiles.tiles import Tiles
from tests.support.live.plain_client import PlainClient
from tests.support.live.tiles import overpass_at


class BodyOnDisk(PlainClient):
    """Keeps the one body that it fetches in a file, for whoever comes after it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def ask(self, service: Service, query: Query, parse: Callable[[bytes], Value]) -> Answered[Value]:
        """Return what `parse` makes of the body, of now or of an earlier process."""
        if not self._path.exists():
            fresh = self._path.with_suffix(".part")
            super().ask(service, query, fresh.write_bytes)
            fresh.replace(self._path)
        return Answered(parse(self._path.read_bytes()), self._path.stat().st_mtime)


def tiles_in(folder: Path, url: str) -> Tiles:
    """Return the tiles of a folder, whose answer is kept beside them."""
    return Tiles(Config(data_dir=folder), overpass_at(url), BodyOnDisk(folder / "body.json"))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # as the evaluator does
    tiles = tiles_in(Path(sys.argv[1]), sys.argv[2])
    while True:
        tiles.ready(float(sys.argv[3]), float(sys.argv[4]))
        tiles.clear()
