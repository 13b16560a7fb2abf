"""The rooms of the program: imports only go down, folders stay small, and no module is a scrap of its neighbour."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.support.folders import ROOT

APP = ROOT / "app"
#: Upper layers first; the longest name that begins a module's name decides. A module may import from its own layer and
#: from later ones.
LAYERS = [
    ["", "cli", "web.wiring"],
    ["routes"],
    ["web.polls"],
    ["views"],
    ["web"],
    ["front"],
    ["moving"],
    ["queue"],
    ["bulk"],
    ["maps"],
    ["pipeline", "pipeline.evaluate"],
    ["pipeline.stages"],
    ["pipeline.character", "pipeline.door"],
    [
        *("pipeline.confidence", "pipeline.found", "pipeline.hazards_near", "pipeline.must_haves"),
        "pipeline.transit_stops",
    ],
    ["pipeline.evaluation", "pipeline.needs_near", "pipeline.scoring"],
    ["pipeline.knowledge", "pipeline.town"],
    ["pipeline.report", "pipeline.listing"],
    ["pipeline.rules"],
    ["sources"],
    ["atlas.importing"],
    ["atlas"],
    ["avoided", "needs", "what_counts"],
    ["logs", "seeing"],
    ["db", "queue.process", "config", "errors", "geo", "places", "version", "wording"],
]
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
#: What an evaluation reads must not pull in what only an import needs.
BUILDING = (
    "atlas.importing",
    "atlas.fields.build",
    "atlas.geocoder.build",
    "atlas.streets.build",
    "atlas.transit.feed",
    "atlas.transit.compile",
)
#: More modules than this in one folder are two subjects.
MOST_SIBLINGS = 20
#: Modules that one other module imports, in the same folder, and why each is a room of its own all the same.
OWN_ROOMS = {
    "atlas.home_streets": "the streets of all homes at once; the atlas only opens what is there",
    "db.postgres.room": "how much is in use is told by the server's own tables; the database only asks",
    "db.postgres.clock": "the server's time between two readings; the database only brings the readings",
    "db.sqlite.daily_check": "going through the whole file, once a day whoever comes first",
    "db.sqlite.errors": "what went wrong, in plain words; the database only reads and writes",
    "cli.tables": "how a table is written in each format; the command decides when, and of which rows",
    "pipeline.town": "the sentence beside a walk; looking for the walk is another subject",
    "atlas.fields.build.drives": "where cars start is asked of roads; walks know of feet alone",
    "atlas.fields.build.families": "what counts as mapped is a share of places by street, not a distance",
    "atlas.fields.build.stop_walks": "laying walks out in columns is a method of its own; the walks know what is asked",
    "atlas.geocoder.build.cities": "naming the city of an address that names none is a method of its own",
    "atlas.geocoder.build.streets": "joining pieces into streets is a method of its own, on columns alone",
    "atlas.geocoder.language_tables": "how a table is written; what a name means by it is another subject",
    "atlas.importing.access": "the ways into an area are geometry; the compiler only asks for them",
    "atlas.importing.compiler": "what is computed; the importer decides when, in which process, and puts it in place",
    "atlas.importing.dividers": "which lines divide, on the ground alone; the importer decides when they are compiled",
    "atlas.importing.entrances": "which station an entrance leads to, by names and passages; the compiler snaps",
    "atlas.importing.formats": "what kind of file it is, by its bytes; the importer reads .osm.pbf alone",
    "atlas.importing.inside": "what lies around a place is another question than what it is, and than twins",
    "atlas.importing.addressing.named": "telling twins apart is a subject of its own, beside the addresses",
    "atlas.importing.tags.health": "specialities and names decide what a practice is for, unlike all other kinds",
    "atlas.importing.tags.health_words": "word lists in many languages, apart from what is done with them",
    "atlas.importing.tags.school_words": "word lists in many languages, apart from what is done with them",
    "atlas.importing.tags.schools": "levels, ages and names decide what a school teaches, unlike all other kinds",
    "atlas.published.folder": "one kind of store, one file; whoever names a place only chooses",
    "atlas.published.s3": "one kind of store, one file, with a library that only who uses it needs",
    "atlas.streets.build.graph": "what each mode pays on an edge, laid out for shortest paths",
    "atlas.streets.build.pattern": "junctions and blocks are measured, not searched",
    "atlas.transit.compile.departures": "what people see at a stop; the compiler makes what journeys are searched in",
    "front.answering": "what a thread does; the reception has a thread of its own",
    "front.chunks": "how bodies in chunks are written; a request is the same with any body",
    "front.company": "who has to go is a question about all connections; the reception moves each of them on",
    "front.handover": "what processes tell each other; the worker is one process",
    "front.reception": "what the one thread does that holds the connections; the worker starts and stops",
    "maps.sea": "areas from coastlines is a method of its own",
    "pipeline.rules.green": "what green space is, row by row; the methods hold all rules together",
    "queue.child": "the process and its supervision; the package's front door only names what others may use",
    "queue.evaluation": "loads the whole pipeline, after the process has lowered its priority",
    "queue.store.operations": "what operators ask; the store is these three parts together",
    "queue.store.questions": "workers ask, people answer, the watch closes: one way through the states, told in one go",
    "queue.store.retention": "how long things are kept, by the settled clock; what operators ask is another subject",
    "queue.store.sharing": "links, names and taking a list over; what stands on a list is another subject",
    "queue.watch": "a thread of its own that outlives the worker's",
    "queue.worker": "the worker's thread; the package's front door only names what others may use",
    "sources.live.asking.waiting": "what is told of waits and how long they last; the client begins and ends them",
    "sources.opened": "what changed in the folder since the last look; the source only answers from what is whole",
    "sources.names": "which of many regions to ask: one look at all their names, before any search",
    "sources.live.extras.fema": "each service has a protocol and terms of its own; who asks them all only waits",
    "sources.live.extras.walkscore": "each service has a protocol and terms of its own; who asks them all only waits",
    "sources.links": "what each map writes into its links is another subject than what people type",
    "sources.live.geocoders.google": "one service, one file: how it is asked and what its answers mean",
    "sources.live.geocoders.nominatim": "one service, one file: how it is asked and what its answers mean",
    "sources.live.geocoders.photon": "one service, one file: how it is asked and what its answers mean",
    "sources.live.geocoders.town_names": "towns by their names abroad; what is compared with them is another subject",
    "sources.live.tiles.overpass": "what is asked and how answers are read; tiles only keep what is made of them",
    "views.unknowns": "each reason once over all findings; a topic shows findings of its own",
    "web.amounts": "what a listing says of money as a whole; the form reads field by field",
    "web.compression": "what goes out, whoever answered; middleware like the polls",
    "web.proxies": "what others say of a client; middleware like the polls",
    "web.polls": "answers in front of Flask",
}

PATHS = sorted(APP.rglob("*.py"))
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()


def name_of(path: Path) -> str:
    """Return a module's name below `app`: "queue.worker", "queue" for the package itself."""
    return ".".join(path.relative_to(APP).with_suffix("").parts).removesuffix("__init__").removesuffix(".")


MODULES = {name_of(path): path for path in PATHS}


def imports_of(path: Path) -> set[str]:
    """Return the modules of `app` that a module imports, whether at the top or inside a function."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "app":
            package = node.module.removeprefix("app").removeprefix(".")
            inner = {f"{package}.{alias.name}".lstrip(".") for alias in node.names} & MODULES.keys()
            found |= inner or {package}
    return found


IMPORTS = {name: imports_of(path) for name, path in MODULES.items()}


def rank_of(name: str) -> int:
    """Return a module's layer, 0 at the top. Raises KeyError where no layer names it or a package above it."""
    while name and name not in RANK:
        name = name.rpartition(".")[0]
        if not name:
            raise KeyError
    return RANK[name]


@pytest.mark.parametrize("name", MODULES)
def test_it_imports_only_downwards(name: str) -> None:
    assert not {used for used in IMPORTS[name] if rank_of(used) < rank_of(name)}


def test_a_layer_that_is_not_there_is_noticed() -> None:
    assert not {name for name in RANK if name and name not in MODULES}
    with pytest.raises(KeyError):
        rank_of("somewhere.else")


@pytest.mark.parametrize("part", ["moving", "queue", "maps", "pipeline", "sources", "atlas", "db"])
def test_it_keeps_flask_out_of_the_lower_layers(part: str) -> None:
    text = "\n".join(path.read_text() for path in (APP / part).rglob("*.py"))
    assert "import flask" not in text
    assert "from flask" not in text


@pytest.mark.parametrize("part", ["routes", "views", "web", "maps", "pipeline", "sources"])
def test_it_keeps_sql_in_the_stores(part: str) -> None:
    assert not [path for path in (APP / part).rglob("*.py") if "sqlite3" in path.read_text()]


def test_what_is_read_does_not_need_what_builds_it() -> None:
    reading = [name for name in MODULES if name.startswith("atlas") and not name.startswith(BUILDING)]
    assert not {(name, used) for name in reading for used in IMPORTS[name] if used.startswith(BUILDING)}


def test_no_folder_holds_more_than_twenty_modules() -> None:
    siblings = Counter(path.parent for path in PATHS if path.name != "__init__.py")
    assert not {str(folder): count for folder, count in siblings.items() if count > MOST_SIBLINGS}


def test_a_module_with_one_importer_beside_it_has_a_reason() -> None:
    importers = defaultdict(set)
    for name, imports in IMPORTS.items():
        for used in imports:
            importers[used].add(name)
    lonely = {
        name
        for name, users in importers.items()
        if len(users) == 1
        and MODULES[name].name != "__init__.py"
        and MODULES[name].parent == MODULES[min(users)].parent
    }
    assert lonely == OWN_ROOMS.keys()


@pytest.mark.parametrize("folder", sorted({path.parent for path in PATHS}), ids=lambda folder: folder.name)
def test_every_package_says_what_lives_there(folder: Path) -> None:
    assert ast.get_docstring(ast.parse((folder / "__init__.py").read_text()))


@pytest.mark.parametrize("folder", sorted({path.parent for path in PATHS} - {APP}), ids=lambda folder: folder.name)
def test_the_architecture_page_shows_every_folder(folder: Path) -> None:
    assert f" {folder.name}/ " in ARCHITECTURE


@pytest.mark.parametrize("named", sorted(set(re.findall(r"`([a-z_/]+/[a-z_]+\.py)`", ARCHITECTURE))))
def test_the_architecture_page_names_files_that_are_there(named: str) -> None:
    assert (APP / named).is_file() or (ROOT / named).is_file()
