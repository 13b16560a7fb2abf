"""`flask evaluate-all`: every address of a region, by tiles through the queue, into a table."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import click

from app import logs
from app.atlas.atlas import Atlas
from app.atlas.files import build_of
from app.atlas.regions import RegionStore
from app.bulk.rows import Row, missing_row
from app.bulk.tiles import PART_ADDRESSES, Tile, addresses_of, listing_of, tile_in, tiles_of, unpacked
from app.cli.errors import PlainCommand
from app.cli.tables import About, check_library, write_all
from app.config import Config, load_config
from app.errors import RegionChanged, RegionNotFound, RegionWithoutAddresses
from app.pipeline.rules.headline import PROFILES
from app.queue import open_store, start_worker
from app.queue.jobs import Status
from app.queue.store import JobStore
from app.queue.store.runs import NewTile, Run, RunProgress, TileEnd
from app.wording import count, duration, percent

#: How often the progress is looked up; where no terminal shows it, it is told this often (seconds).
LOOK_SECONDS, TELL_SECONDS = 0.5, 30.0
#: The rate is that of the last so many seconds.
RATE_SECONDS = 60.0
#: How long the parts under way may take to end when the command is stopped.
STOP_SECONDS = 30.0
#: As a shell has it for a command that Ctrl-C ended.
INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is for."""

    region: str
    profile: str

    def as_json(self) -> str:
        """Return what tells runs of one build apart."""
        return json.dumps({"profile": self.profile}, sort_keys=True)


@click.command("evaluate-all", cls=PlainCommand)
@click.argument("region")
@click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False), help="Write the table as CSV.")
@click.option("--parquet", type=click.Path(path_type=Path, dir_okay=False), help="Write it as Parquet (an extra).")
@click.option("--geojson", type=click.Path(path_type=Path, dir_okay=False), help="Write it as points (GeoJSON).")
@click.option(
    "--profile",
    type=click.Choice([profile.key for profile in PROFILES]),
    default=PROFILES[0].key,
    show_default=True,
    help="Weights of the score.",
)
@click.option(
    "--workers",
    type=click.IntRange(0, 256),
    help="Workers that this command starts. Default: one a processor; with 0 those of the site do all.",
)
@click.option("--cancel", is_flag=True, help="Call the evaluation off; what is done stays.")
@click.option("--forget", is_flag=True, help="Delete what is kept of an evaluation that has ended.")
def evaluate_all_command(
    region: str,
    csv_file: Path | None,
    parquet: Path | None,
    geojson: Path | None,
    profile: str,
    workers: int | None,
    cancel: bool,
    forget: bool,
) -> None:
    """Evaluate every address of REGION, and write one row an address.

    It goes on where an earlier one with the same data and options was stopped. Jobs of people go first.
    """
    config, options = load_config(), Options(region, profile)
    store = open_store(config)
    if cancel or forget:
        _end(store, options, forget=forget)
        return
    named = {"csv": csv_file, "parquet": parquet, "geojson": geojson}
    files = {name: path for name, path in named.items() if path is not None}
    _refuse_unwritable(files)
    logs.configure(config)
    atlas = _opened(config, region)
    run = _begun(store, atlas, options)
    progress = _carried_out(store, config, run, os.cpu_count() or 1 if workers is None else workers)
    _refuse_changed(config, run)
    if files:
        about = About(run.region, atlas.meta.title, run.build, atlas.meta.data_date, profile)
        write_all(files, about, lambda: _rows(store, atlas, run))
        click.echo(f"Written: {', '.join(map(str, files.values()))}.")
    _report(store, progress)


def _end(store: JobStore, options: Options, *, forget: bool) -> None:
    """Call the newest run off, or forget it. Raises RunNotFound or RunUnderWay."""
    run = store.find_run(options.region, options.as_json())
    if forget:
        store.forget_run(run)
        click.echo(f"Forgotten: the evaluation of {count(run.addresses, 'address')} of {run.region}.")
        return
    called_off = store.cancel_run(run.run_id)
    click.echo(f"Called off: {count(called_off, 'tile')} of {run.tiles} had not ended.")


def _refuse_unwritable(files: dict[str, Path]) -> None:
    """Say before hours of work that a file cannot be written at their end.

    Raises click.ClickException, or ParquetMissing.
    """
    check_library(files)
    for path in files.values():
        folder = path.absolute().parent
        if not folder.is_dir() or not os.access(folder, os.W_OK):
            raise click.ClickException(f"{path} cannot be written: its folder is not there, or it is not yours.")


def _opened(config: Config, region: str) -> Atlas:
    """Open the region. Raises RegionNotFound or AtlasUnreadable."""
    return Atlas(region, RegionStore(config.regions_dir).directory(region))


def _begun(store: JobStore, atlas: Atlas, options: Options) -> Run:
    """Make the run, or find the one that was begun. Raises RegionWithoutAddresses."""
    build = build_of(atlas.directory)
    tiles = tiles_of(atlas, build, options.profile)
    if not tiles:
        raise RegionWithoutAddresses(name=atlas.name)
    made = [NewTile(listing_of(tile), tile.count) for tile in tiles]
    return store.begin_run(atlas.name, build, options.as_json(), made, f"addresses of {atlas.name}")


# --- while it runs --------------------------------------------------------------------------------------


def _carried_out(store: JobStore, config: Config, run: Run, workers: int) -> RunProgress:
    """Wait until every tile has ended, and show how far it is. Exits where it is stopped, or the region changes."""
    progress = store.progress_of(run, PART_ADDRESSES)
    shown = _Progress(progress, is_terminal=sys.stderr.isatty())
    if progress.addresses_done:
        click.echo(f"Going on: {progress.addresses_done:,} of {count(run.addresses, 'address')} are done.", err=True)
    if progress.is_over:
        return progress
    with _stopping() as stop, _working(config, workers):
        while not progress.is_over:
            if stop:
                shown.end()
                click.echo("Stopping: what was begun is kept. Give the same command to go on.", err=True)
                raise click.exceptions.Exit(INTERRUPTED)
            if not _is_current(config, run):
                shown.end()
                store.cancel_run(run.run_id)
                raise RegionChanged(name=run.region)
            shown.show(progress, somebody_works=store.somebody_works() or bool(workers))
            time.sleep(LOOK_SECONDS)
            progress = store.progress_of(run, PART_ADDRESSES)
    shown.show(progress, last=True)
    shown.end()
    return progress


@contextmanager
def _stopping() -> Iterator[list[int]]:
    """Give a list that holds a signal as soon as one came which asks for the end; the second one ends at once."""
    came: list[int] = []

    def on_signal(number: int, _frame: FrameType | None) -> None:
        if came:
            raise KeyboardInterrupt
        came.append(number)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _working(config: Config, amount: int) -> Iterator[None]:
    """Run workers meanwhile, each with an evaluator's process of its own; at the end they hand back what they hold."""
    workers = [start_worker(config, is_the_site_s=False) for _ in range(amount)]
    try:
        yield
    finally:
        for worker in workers:
            worker.ask_to_stop()
        ends_at = time.monotonic() + STOP_SECONDS
        for worker in workers:
            worker.stop(max(ends_at - time.monotonic(), 1.0))


def _is_current(config: Config, run: Run) -> bool:
    """Return whether the region is of the run's build still."""
    try:
        return build_of(RegionStore(config.regions_dir).directory(run.region)) == run.build
    except (RegionNotFound, FileNotFoundError):
        return False


def _refuse_changed(config: Config, run: Run) -> None:
    if not _is_current(config, run):
        raise RegionChanged(name=run.region)


class _Progress:
    """One line with the addresses done, the rate and the time left: renewed on a terminal, else told now and then."""

    def __init__(self, begun: RunProgress, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal
        self._seen = deque([(time.monotonic(), begun.addresses_done)])
        self._told_at = time.monotonic()
        self._width = 0

    def show(self, progress: RunProgress, *, somebody_works: bool = True, last: bool = False) -> None:
        """Show how far it is."""
        now = time.monotonic()
        self._seen.append((now, progress.addresses_done))
        while len(self._seen) > 2 and now - self._seen[1][0] > RATE_SECONDS:
            self._seen.popleft()
        line = self._line(progress, somebody_works=somebody_works)
        if self._is_terminal:
            click.echo(f"\r{line:<{self._width}}", nl=False, err=True)
            self._width = len(line)
        elif last or now - self._told_at >= TELL_SECONDS:
            self._told_at = now
            click.echo(line, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._is_terminal:
            click.echo("", err=True)

    def _line(self, progress: RunProgress, *, somebody_works: bool) -> str:
        done, whole = progress.addresses_done, progress.run.addresses
        text = f"{done:,} of {count(whole, 'address')} ({percent(done / whole)})"
        (began_at, before), (at, now) = self._seen[0], self._seen[-1]
        rate = (now - before) / (at - began_at) if at > began_at else 0.0
        if rate > 0:
            text += f", {rate:,.0f} a second"
            text += f", {duration((whole - done) / rate)} left" if done < whole else ""
        return text if somebody_works else f"{text}; nobody works on the queue"


# --- at its end -----------------------------------------------------------------------------------------


def _rows(store: JobStore, atlas: Atlas, run: Run) -> Iterator[Row]:
    """Yield the row of every address, tile by tile; of a tile without result each with the reason."""
    for end in store.tiles(run):
        if end.rows is not None:
            yield from unpacked(end.rows)
            continue
        tile = tile_in(end.listing)
        if tile is not None:
            yield from _missing(atlas, tile, _why(end))


def _missing(atlas: Atlas, tile: Tile, why: str) -> Iterator[Row]:
    return (missing_row(location, why) for location in addresses_of(atlas, tile))


def _why(end: TileEnd) -> str:
    return "called off" if end.status is Status.CANCELLED else end.error


def _report(store: JobStore, progress: RunProgress) -> None:
    """Say how it ended; name what is missing, and exit with 1 where something is."""
    run = progress.run
    if progress.is_whole:
        click.echo(f"All {count(run.addresses, 'address')} of {run.region} are evaluated.")
        return
    missing = [end for end in store.tiles(run) if end.rows is None]
    for end in missing:
        click.echo(f"Tile {end.number + 1} of {run.tiles}, {count(end.addresses, 'address')}: {_why(end)}", err=True)
    lacking = sum(end.addresses for end in missing)
    raise click.ClickException(
        f"{lacking:,} of {count(run.addresses, 'address')} were not evaluated. Give the same command to try them again."
    )
