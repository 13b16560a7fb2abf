"""`flask region ...`: import, update, list and remove regions; publish and fetch them for sites of several hosts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.atlas.atlas import Atlas, AtlasMeta, Origin, origin_of
from app.atlas.files import AtlasFiles
from app.atlas.published.builds import MEGABYTE, Fetching, publish
from app.atlas.published.stores import store_at
from app.atlas.regions import RegionStore
from app.cli.errors import PlainGroup
from app.config import Config, load_config
from app.errors import (
    AtlasUnreadable,
    DoorstepError,
    RegionNotFound,
    RegionNotPublished,
    TimetableGone,
    TimetableNotFound,
)
from app.queue import open_store
from app.queue.store.hosts import PublishedRegion

#: Steps of the progress bar.
STEPS = 1_000


@click.group("region", cls=PlainGroup)
def region_commands() -> None:
    """Import and manage regions."""


def _feed_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options about timetables, which import and update share."""
    for option in (
        click.option("--anyway", is_flag=True, help="Take timetables too that have hardly a stop in the region."),
        click.option("--drop-gtfs", "dropped", multiple=True, metavar="NAME", help="Go on without this timetable."),
        click.option(
            "--gtfs",
            "feeds",
            multiple=True,
            type=click.Path(path_type=Path),
            help="A timetable (GTFS zip file), in place of those before; without it they are kept.",
        ),
    ):
        command = option(command)
    return command


@region_commands.command("import")
@click.argument("extract", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="Short name: lower-case letters, digits, hyphens.")
@click.option("--title", default="", help="Name for people; made from the short name when not given.")
@_feed_options
def import_command(
    extract: Path, name: str, title: str, feeds: tuple[Path, ...], dropped: tuple[str, ...], anyway: bool
) -> None:
    """Compile EXTRACT (.osm.pbf) to a region, in place of an older one of the same name."""
    store = _store()
    feeds = _feeds(name, _origin(store, name), feeds, dropped)
    _import(store, name, extract, feeds, title, anyway=anyway)


@region_commands.command("update")
@click.argument("name")
@click.argument("extract", required=False, type=click.Path(path_type=Path))
@_feed_options
def update_command(
    name: str, extract: Path | None, feeds: tuple[Path, ...], dropped: tuple[str, ...], anyway: bool
) -> None:
    """Import a region again, from EXTRACT or from the file it came from."""
    store = _store()
    before = origin_of(name, store.directory(name))
    feeds = _feeds(name, before, feeds, dropped)
    _import(store, name, extract or Path(before.source_file), feeds, before.title, anyway=anyway)


@region_commands.command("list")
def list_command() -> None:
    """List the regions, each with its build; what else is on the site's catalogue, too."""
    config, store = load_config(), _store()
    catalogue = {each.name: each for each in _catalogue(config)}
    for name in store.names():
        try:
            atlas = Atlas(name, store.directory(name))
            standing = _standing(atlas.build, catalogue.pop(name, None))
            click.echo(f"{_line(name, atlas.meta)}, build {atlas.build}{standing}")
        except AtlasUnreadable as error:
            catalogue.pop(name, None)
            click.echo(f"{name:20} {error.finding}")
    for name, published in catalogue.items():
        click.echo(f"{name:20} not on this host; published is build {published.build}")
    if not store.names() and not catalogue:
        click.echo("No region has been imported yet.")


def _standing(build: str, published: PublishedRegion | None) -> str:
    """Return how a build here stands to the catalogue, "" where that does not hold the region."""
    if published is None:
        return ""
    if build == published.build:
        return " (published)"
    return f" ({'the one before' if build == published.before else 'not'} the published {published.build})"


@region_commands.command("remove")
@click.argument("name")
def remove_command(name: str) -> None:
    """Remove a region and its files."""
    _store().remove(name)
    click.echo(f"Removed {name}.")


# --- for sites of several hosts ---


@region_commands.command("publish")
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "every", is_flag=True, help="Publish all regions of this host.")
@click.option("--to", "place", default="", metavar="STORE", help="A folder or s3://bucket/prefix.")
@click.option("--again", is_flag=True, help="Put every file there once more, also where the store has it.")
def publish_command(names: tuple[str, ...], every: bool, place: str, again: bool) -> None:
    """Put the regions' builds into the region store, and into the catalogue of the site: its hosts fetch them."""
    config, regions = load_config(), _store()
    store, jobs = store_at(place or config.region_store, "--to"), open_store(config)
    for name in _chosen(names, regions.names(), every=every):
        with _progress_bar(f"Publishing {name}") as progress:
            build = publish(store, regions, name, progress, again=again)
        regions.note_published(name)
        jobs.publish_build(name, build)
        click.echo(f"Published {name}, build {build}, in {store.name}.")


@region_commands.command("unpublish")
@click.argument("name")
def unpublish_command(name: str) -> None:
    """Take a region off the catalogue; its files stay in the region store."""
    jobs = open_store(load_config())
    if not jobs.unpublish_region(name):
        raise RegionNotPublished(name=name)
    if jobs.catalogue():
        click.echo(f"Took {name} off the catalogue. Hosts that fetched it let go of it.")
    else:
        click.echo(f"Took {name} off the catalogue, which is empty now: each host keeps the regions that it has.")


@region_commands.command("fetch")
@click.argument("names", nargs=-1, metavar="NAME...")
@click.option("--all", "every", is_flag=True, help="Fetch all regions of the catalogue.")
@click.option("--from", "place", default="", metavar="STORE", help="A folder or s3://bucket/prefix.")
def fetch_command(names: tuple[str, ...], every: bool, place: str) -> None:
    """Fetch published regions that this host lacks, or has in another build."""
    config, regions = load_config(), _store()
    catalogue = {each.name: each for each in open_store(config).catalogue()}
    store = store_at(place or config.region_store, "--from")
    spare = int(config.least_free_mb * MEGABYTE)
    for name in _chosen(names, tuple(catalogue), every=every):
        if name not in catalogue:
            raise RegionNotPublished(name=name)
        build = catalogue[name].build
        if _is_whole(regions, name, build):
            click.echo(f"{name} is here already, build {build}.")
            continue
        with _progress_bar(f"Fetching {name}") as progress:
            Fetching(store, regions, name, build, progress, spare_bytes=spare).run()
        click.echo(f"Fetched {name}, build {build}.")


def _chosen(names: tuple[str, ...], known: tuple[str, ...], *, every: bool) -> tuple[str, ...]:
    """Return the regions that a command is about, each once. Raises click.UsageError where none is named."""
    if bool(names) == every:
        raise click.UsageError("Name the regions, or give --all.")
    return known if every else tuple(dict.fromkeys(names))


def _is_whole(regions: RegionStore, name: str, build: str) -> bool:
    """Return whether a region here is of a build, and as it was published."""
    try:
        if regions.current_build(name) != build:
            return False
        AtlasFiles(name, regions.directory(name)).check()
    except (RegionNotFound, AtlasUnreadable, OSError):
        return False
    return True


def _catalogue(config: Config) -> tuple[PublishedRegion, ...]:
    """Return the site's catalogue; none where there is no database yet, or where it cannot be asked, which is said."""
    if not config.database_url and not config.database_path.exists():
        return ()
    try:
        return open_store(config).catalogue()
    except DoorstepError as error:
        click.echo(f"{error.terminal_message} Which builds are published is not known.", err=True)
        return ()


def _store() -> RegionStore:
    return RegionStore(load_config().regions_dir)


def _origin(store: RegionStore, name: str) -> Origin:
    """Return what the region of a name was imported from; nothing where there is none, or it does not tell."""
    try:
        return origin_of(name, store.directory(name))
    except RegionNotFound:
        return Origin("")
    except AtlasUnreadable as error:
        click.echo(f"{error.finding} Whether it had timetables is not known; give them with --gtfs.", err=True)
        return Origin("")


def _feeds(name: str, before: Origin, given: tuple[Path, ...], dropped: tuple[str, ...]) -> tuple[Path, ...]:
    """Return the timetables to import: those given, else those of before without those dropped, which is said.

    Raises TimetableNotFound where one to drop is not there, TimetableGone where the file of one to keep is not.
    """
    from app.atlas.transit.compile.compiler import feed_names

    paths = tuple(Path(feed) for feed in before.feed_files)
    known = dict(zip(feed_names(paths), paths, strict=True))
    for feed in dropped:
        if feed not in known:
            raise TimetableNotFound(name=name, feed=feed, known=tuple(known) or "none")
    if given:
        replaced = [feed for feed in known if feed not in feed_names(given)]
        if replaced:
            click.echo(f"In place of the timetables of before: {', '.join(replaced)}.", err=True)
        return given
    kept = {feed: path for feed, path in known.items() if feed not in dropped}
    for feed, path in kept.items():
        if not path.exists():
            raise TimetableGone(file=str(path), name=name, feed=feed)
    return tuple(kept.values())


def _import(store: RegionStore, name: str, extract: Path, feeds: tuple[Path, ...], title: str, *, anyway: bool) -> None:
    # Imported here: every process of the site loads this module, and none of them imports regions.
    from app.atlas.importing.importer import RegionInput, import_region

    with _progress_bar(f"Importing {name}") as progress:
        meta = import_region(store, name, RegionInput(extract, feeds, title, anyway), progress)
    for note in meta.notes:
        click.echo(f"  {note}")
    click.echo(_line(name, meta))


def _line(name: str, meta: AtlasMeta) -> str:
    date = f"data as of {meta.data_date}" if meta.data_date else "data of unknown date"
    size = f"{meta.covered_km2:,.0f} km², {meta.addresses:,} addresses, {meta.places:,} places"
    valid = f"{meta.service_date}, valid until {meta.feed_valid_until}"
    feeds = f", timetables: {', '.join(meta.feeds)} ({valid})" if meta.feeds else ""
    return f"{name:20} {meta.title}: {size}, {date}{feeds}"


@contextmanager
def _progress_bar(label: str) -> Iterator[Callable[[float, str], None]]:
    """Show a bar with the time left on a terminal, and nothing anywhere else."""
    with click.progressbar(length=STEPS, label=label, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield lambda share, what: bar.update(max(0, round(share * STEPS) - bar.pos))
