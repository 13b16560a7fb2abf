"""A region whose files are damaged, or that is imported again, while real gunicorn serves two."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from app.atlas.files import MANIFEST_FILE
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.sources.opened import WATCH_EVERY_S
from tests.support.folders import SAMPLES
from tests.support.gunicorn_site import children
from tests.support.programs import Shell
from tests.support.serving import Site, serve

#: Long enough for a look at the files to be due again, and for a slow machine (seconds).
PATIENCE_S = 60.0
IN_MONACO, IN_MONACO_TOO = "12 Boulevard des Moulins, Monaco", "43.7397, 7.4274"
IN_HELSINKI = "12 Bulevardi, Helsinki"
PARTS = (
    *("atlas.sqlite", "addresses.sqlite", MANIFEST_FILE, "covered.npy", "network/network.json"),
    *("network/edges.head.npy", "fields/seconds.npy", "fields/facts.json", "basemap/points.npy"),
)


def half(content: bytes) -> bytes:
    """Return what is left of a file that was cut in the middle."""
    return content[: len(content) // 2]


def scribbled(content: bytes) -> bytes:
    """Return a file whose second half was overwritten."""
    return half(content) + b"\xa5" * (len(content) - len(half(content)))


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "emptied": lambda content: b"",
    "cut in half": half,
    "a few bytes short": lambda content: content[:-5],
    "half overwritten": scribbled,
    "overwritten": lambda content: b"\xa5" * len(content),
}


@contextmanager
def damaged(path: Path, damage: Callable[[bytes], bytes]) -> Iterator[None]:
    """Damage a file in place for a while."""
    whole = path.read_bytes()
    path.write_bytes(damage(whole))
    try:
        yield
    finally:
        path.write_bytes(whole)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    data_dir = tmp_path_factory.mktemp("two-regions")
    for name in ("monaco", "helsinki"):
        import_region(RegionStore(data_dir / "regions"), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    settings = {"DOORSTEP_MAX_LIVE_JOBS_PER_OWNER": "1000"}
    with serve(data_dir, "-c", "gunicorn_config.py", "app:create_app()", **settings) as site:
        yield site


@pytest.fixture
def shell(served: Site, tmp_path: Path) -> Shell:
    return Shell(served, tmp_path)


def web_processes(site: Site) -> list[int]:
    """Return the web processes of this test's gunicorn."""
    theirs = f"DOORSTEP_DATA_DIR={site.data_dir}\0".encode()
    arbiters = [pid for pid in children(os.getpid()) if theirs in Path(f"/proc/{pid}/environ").read_bytes()]
    return [worker for arbiter in arbiters for worker in children(arbiter)]


def build(site: Site, name: str = "monaco") -> Path:
    """Return the folder of a region's files."""
    return RegionStore(site.data_dir / "regions").directory(name)


def ready(site: Site) -> str:
    return requests.get(f"{site.url}/readyz", timeout=30).text


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def regions_page(site: Site) -> str:
    return requests.get(f"{site.url}/regions", timeout=30).text


def wait_until_ready(site: Site) -> None:
    """Wait until both web processes have seen that all is well: each answers some of many questions."""
    wait_until(lambda: all(ready(site) == "ready\n" for _ in range(8)))


def assert_others_feel_nothing(site: Site, report: str) -> None:
    """Ask what has nothing to do with Monaco, of both processes."""
    for path in (
        *("/", "/suggest?address=bulevardi", "/suggest?address=12+boulevard+des+moulins", "/regions"),
        *("/where?region=helsinki&wish=park-5", f"/s/{report}", f"/s/{report}/map.svg?zoom=3"),
    ):
        assert requests.get(site.url + path, timeout=30).status_code == 200, path


def test_every_kind_of_file_may_be_damaged_while_others_are_served(served: Site, shell: Shell) -> None:
    report, processes = shell.report(IN_HELSINKI), web_processes(served)
    assert shell.report(IN_MONACO)
    for at, part in enumerate(PARTS):
        for damage in [*DAMAGES.values()][at % 2 :: 2]:
            with damaged(build(served) / part, damage):
                assert_others_feel_nothing(served, report)
    wait_until_ready(served)
    assert shell.report(IN_MONACO)
    assert web_processes(served) == processes


@pytest.mark.parametrize(
    ("part", "damage"),
    [
        ("addresses.sqlite", "cut in half"),
        ("atlas.sqlite", "half overwritten"),
        ("network/edges.head.npy", "overwritten"),
        ("fields/seconds.npy", "a few bytes short"),
    ],
)
def test_jobs_of_a_damaged_region_say_so_and_all_is_well_once_it_is_mended(
    served: Site, shell: Shell, part: str, damage: str
) -> None:
    wait_until_ready(served)
    processes = web_processes(served)
    with damaged(build(served) / part, DAMAGES[damage]):
        failed = [shell.curl(f"/job/{shell.job(address, 'failed')}").json for address in (IN_MONACO, IN_MONACO_TOO)]
        # The second where it was noticed before the address was looked for, the first where after that.
        assert {job["error_code"] for job in failed} <= {"atlas-damaged", "maybe-in-damaged-region"}
        assert all("damaged" in job["error"] and "monaco" in job["error"].lower() for job in failed)
        assert shell.report(IN_HELSINKI)
        wait_until(lambda: "region monaco is damaged" in ready(served) and part in ready(served))
        # Each web process notices by itself.
        wait_until(lambda: all("The data of the region monaco is damaged" in regions_page(served) for _ in range(8)))
    wait_until_ready(served)
    assert shell.report(IN_MONACO)
    assert web_processes(served) == processes


def test_the_log_names_a_damaged_region_once(served: Site) -> None:
    wait_until_ready(served)
    time.sleep(WATCH_EVERY_S)
    log = served.data_dir / "gunicorn.log"
    before = log.read_text()
    with damaged(build(served) / "network" / "edges.tail.npy", half):
        wait_until(lambda: all("edges.tail.npy" in ready(served) for _ in range(8)))
    wait_until_ready(served)

    def times(words: str) -> int:
        return log.read_text().removeprefix(before).count(words)

    wait_until(lambda: times("edges.tail.npy has") == times("The region monaco can be read again."))
    assert 1 <= times("edges.tail.npy has") <= 4, "once for each process that looked: two of the web, two evaluators"
    assert not times("Traceback")


def open_files(pid: int) -> list[str]:
    """Return what the open files of a process are."""
    found = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.append(str(link.readlink()))
        except OSError:
            continue
    return found


def is_freed_in_vain(name: str) -> bool:
    """Return whether an open file is one of a build that was cleared away: it still takes its room on the disk."""
    return "/monaco." in name and name.endswith("(deleted)")


def test_replaced_builds_are_closed(served: Site, shell: Shell) -> None:
    """A build that is imported again is let go of by whoever is asked anything, and its files are freed."""

    def ask() -> None:
        for path in ("/suggest?address=boulevard+des+moulins", "/where?region=monaco&wish=park-5") * 4:
            assert requests.get(served.url + path, timeout=30).status_code == 200
        assert shell.report(IN_MONACO)

    wait_until_ready(served)
    ask()
    processes = [pid for web in web_processes(served) for pid in (web, *children(web))]
    before = {pid: len(open_files(pid)) for pid in processes}
    for _ in range(2):
        import_region(RegionStore(served.data_dir / "regions"), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
        ask()
    wait_until(lambda: not [name for pid in processes for name in open_files(pid) if is_freed_in_vain(name)])
    grown = {pid: len(open_files(pid)) - before[pid] for pid in processes}
    assert max(grown.values()) <= 20, "each thread may have opened the two databases by now"


def test_a_region_whose_folder_is_gone_is_damaged(served: Site) -> None:
    wait_until_ready(served)
    folder = build(served)
    aside = folder.rename(folder.with_name("aside"))
    wait_until(lambda: "region monaco is damaged" in ready(served))
    shutil.move(aside, folder)
    wait_until_ready(served)
