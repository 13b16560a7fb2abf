"""The builds that lie in a folder of regions and can be read whole, looked at again whenever one changes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.atlas.atlas import AtlasMeta, meta_of
from app.atlas.files import MANIFEST_FILE, AtlasFiles, Stamp
from app.atlas.regions import RegionStore
from app.errors import AtlasDamaged, AtlasUnreadable


@dataclass(frozen=True, slots=True)
class Held:
    """What lies here of one region: its current build ("" where that is not whole), its facts, and builds beside it."""

    build: str
    title: str
    data_date: str
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Looked:
    """A build as it was seen last: the stamp of its manifest, and its facts."""

    stamp: Stamp
    files: AtlasFiles
    meta: AtlasMeta


class HeldBuilds:
    """The builds in a folder of regions that can be read whole by this version of the program."""

    def __init__(self, regions: RegionStore) -> None:
        self._regions = regions
        self._looked: dict[Path, _Looked] = {}
        #: Folders of builds that were found damaged at the last look.
        self.damaged: frozenset[Path] = frozenset()

    def now(self) -> dict[str, Held]:
        """Return what is there, by region. Only what changed since the last look is read again."""
        found: dict[str, Held] = {}
        seen: dict[Path, _Looked] = {}
        damaged: set[Path] = set()
        for name in self._regions.held_names():
            whole = {}
            for build, directory in self._regions.builds(name).items():
                try:
                    seen[directory] = whole[build] = self._look(name, directory)
                except AtlasDamaged:
                    damaged.add(directory)
                except (AtlasUnreadable, OSError):
                    continue
            if whole:
                found[name] = self._held(name, {build: looked.meta for build, looked in whole.items()})
        self._looked, self.damaged = seen, frozenset(damaged)
        return found

    def _look(self, name: str, directory: Path) -> _Looked:
        """Look at a build. Raises AtlasUnreadable or OSError where it is not whole, or of another version."""
        stamp = Stamp.of(f"{directory}/{MANIFEST_FILE}")
        looked = self._looked.get(directory)
        files = looked.files if looked else AtlasFiles(name, directory)
        files.check()
        if looked is not None and looked.stamp == stamp:
            return looked
        return _Looked(stamp, files, meta_of(name, directory))

    def _held(self, name: str, whole: dict[str, AtlasMeta]) -> Held:
        current = self._regions.current_build(name)
        if current not in whole:
            current = ""
        meta = whole[current] if current else next(iter(whole.values()))
        return Held(current, meta.title, meta.data_date, tuple(build for build in whole if build != current))
