"""The pipeline as the evaluator runs it: JSON in, JSON out, reported stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import msgspec

from app.bulk.tiles import Tile, packed, parts_of, tile_in, unpacked
from app.config import Config
from app.errors import DoorstepError
from app.maps.drawing import compressed, draw_all
from app.pipeline.evaluate import evaluate_property
from app.pipeline.evaluation import Asked
from app.pipeline.listing import listing_from_json
from app.pipeline.report import Finding, Report, State, finding_from_json, to_json
from app.queue.jobs import Picture, StageRecord, StageState
from app.queue.runner import Evaluate, NeedsAnswer, StageEnded, StageObserver
from app.sources.interface import Source
from app.sources.regions import ImportedRegions


def as_configured(config: Config) -> Evaluate:
    """Return an evaluation by the imported regions and, where the settings say so, by live services."""
    regions = ImportedRegions(config.regions_dir, tiles_dir=config.tiles_dir).watched()
    source_for = _live_sources(config, regions) if config.live == "on" else lambda _observer: regions

    def evaluate_settled(listing: str, finished: Sequence[bytes], observer: StageObserver) -> bytes:
        # A report from data that changed under it is none, and a crash over such data is no fault of the address.
        with regions.pinned(observer.needs), regions.settled():
            if tile := tile_in(listing):
                return rows_of(tile, regions, finished, observer)
            kept = finished if all(map(_is_of(regions), finished)) else ()
            if len(kept) < len(finished):
                observer.began_anew()
            return from_source(source_for(observer))(listing, kept, _Stamping(observer, regions))

    return evaluate_settled


class _Made(msgspec.Struct):
    """What a checkpoint says beside its finding: the builds ("name@build") that the evaluation had used by then."""

    builds: tuple[str, ...] | None = None


# Made here, before any thread: where the first decodings of a type race, msgspec crashes the process.
_MADE = msgspec.json.Decoder(_Made)


def _is_of(regions: ImportedRegions) -> Callable[[bytes], bool]:
    """Return whether a checkpoint was made from the builds that there are: findings of two builds never meet.

    One of a version that did not say so counts as of another.
    """

    def is_of(finding: bytes) -> bool:
        builds = _MADE.decode(finding).builds
        return builds is not None and all(map(regions.use_build, builds))

    return is_of


class _Stamping:
    """Writes into each checkpoint from which builds it was made; passes everything else on."""

    def __init__(self, observer: StageObserver, regions: ImportedRegions) -> None:
        self._observer, self._regions = observer, regions
        self.needs = observer.needs
        self.began_anew, self.began = observer.began_anew, observer.began
        self.waits, self.drew, self.goes_on = observer.waits, observer.drew, observer.goes_on

    def ended(self, stage: StageEnded) -> None:
        builds = msgspec.json.encode(self._regions.builds_used())
        # Findings are JSON objects, and whoever reads one passes over what it does not know.
        self._observer.ended(StageEnded(stage.record, b'{"builds":' + builds + b"," + stage.finding[1:]))


def _live_sources(config: Config, regions: ImportedRegions) -> Callable[[StageObserver], Source]:
    """Return what makes the source of one try: the time that it may spend on services is counted from there."""
    # Imported here: only who turns live sources on pays for loading them.
    from app.queue import open_store
    from app.sources.live.asking.client import Client
    from app.sources.live.extras.extras import LiveExtras
    from app.sources.live.geocoders.geocoding import Geocoders
    from app.sources.live.services import services_in
    from app.sources.live.source import LiveSource
    from app.sources.live.tiles.tiles import Tiles

    services, store = services_in(config), open_store(config)

    def source_for(observer: StageObserver) -> Source:
        client = Client(config, store, observer.waits)
        tiles = Tiles(config, services.overpass, client)
        extras = LiveExtras(services, client)
        everywhere = config.extras_in_regions == "on"
        return LiveSource(regions, Geocoders(services.geocoders, client), tiles, extras, extras_in_regions=everywhere)

    return source_for


def from_source(source: Source) -> Evaluate:
    """Return an evaluation that takes its facts from a source."""

    def evaluate(listing: str, finished: Sequence[bytes], observer: StageObserver) -> bytes:
        kept = tuple(finding_from_json(finding) for finding in finished)
        try:
            report = evaluate_property(listing_from_json(listing), source, _Stopwatch(observer).note, kept)
        except Asked as asked:
            raise NeedsAnswer(to_json(asked.question).decode()) from None
        observer.drew(pictures_of(report, source))
        return to_json(report)

    return evaluate


def rows_of(tile: Tile, regions: ImportedRegions, finished: Sequence[bytes], observer: StageObserver) -> bytes:
    """Evaluate the addresses of a tile, going on after the parts that are kept; return its rows as they are kept.

    The parts carry no durations: these would be counted among those of the stages.
    """
    rows = [row for part in finished for row in unpacked(part)]
    for part in parts_of(tile, regions, done=len(rows)):
        observer.began(part.name)
        kept = part.evaluate(observer.goes_on)
        observer.ended(StageEnded(StageRecord(part.name, StageState.DONE, None), kept))
        rows += unpacked(kept)
    return packed(rows)


def pictures_of(report: Report, source: Source) -> tuple[Picture, ...]:
    """Draw the pictures that are kept with a report; none of those that cannot be drawn."""
    try:
        around = source.surroundings(report.location)
    except DoorstepError:  # the region went away a moment ago
        return ()
    return tuple(Picture(name, compressed(svg)) for name, svg in draw_all(report, around).items())


class _Stopwatch:
    """Times the stages on their way to the worker."""

    def __init__(self, observer: StageObserver) -> None:
        self._observer = observer
        self._began_at = 0.0

    def note(self, stage: str, finding: Finding | None) -> None:
        """Report that a stage begins (no finding yet) or has ended."""
        if finding is None:
            self._began_at = time.perf_counter()
            self._observer.began(stage)
        else:
            seconds = time.perf_counter() - self._began_at
            self._observer.ended(StageEnded(_record(stage, finding, seconds), to_json(finding)))


def _record(stage: str, finding: Finding, seconds: float) -> StageRecord:
    if finding.state in (State.MEASURED, State.PARTIAL):
        return StageRecord(stage, StageState.DONE, seconds)
    reason = finding.gaps[0].why if finding.gaps else finding.summary
    return StageRecord(stage, StageState.MISSING, seconds, reason)
