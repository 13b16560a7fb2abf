"""Two hundred people ask for ten neighbouring addresses outside all regions: the services hear of each thing once."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import osmium
import requests

from app.sources.live.tiles.grid import tile_at
from tests.support.asking import JSON
from tests.support.building import assert_all_ended, open_at, wait_for
from tests.support.folders import SAMPLES
from tests.support.gunicorn_site import children
from tests.support.live.whole import Services, live_services
from tests.support.serving import Site, serve

MONACO = SAMPLES / "monaco.osm.pbf"
JOBS, ADDRESSES = 200, 10
PAUSE_S = 0.2
#: So many people at one address and so many tries are not what is tested here.
WIDE = {
    "DOORSTEP_MAX_LIVE_JOBS_PER_CLIENT": "0",
    "DOORSTEP_CLIENT_CHANGES_PER_MINUTE": "100000",
    "DOORSTEP_CLIENT_READS_PER_MINUTE": "100000",
    "DOORSTEP_MAX_ATTEMPTS": "50",
    "DOORSTEP_LEASE_SECONDS": "3",
    "DOORSTEP_OWN_SERVICE_PAUSE_SECONDS": str(PAUSE_S),
}


def neighbours() -> list[str]:
    """Return addresses of one tile: the extract's nodes with a number, by plain loops."""
    by_tile: dict[str, list[str]] = {}
    for node in osmium.FileProcessor(MONACO, osmium.osm.NODE):
        number, street = node.tags.get("addr:housenumber"), node.tags.get("addr:street")
        if number and street:
            by_tile.setdefault(tile_at(node.lat, node.lon).name, []).append(f"{number} {street}, Monaco")
    return list(dict.fromkeys(max(by_tile.values(), key=len)))[:ADDRESSES]


@contextmanager
def live_site(folder: Path, services: Services) -> Iterator[Site]:
    """Run a site of two processes without any region."""
    settings = {f"DOORSTEP_{name.upper()}": value for name, value in services.settings().items()}
    arguments = ("-c", "gunicorn_config.py", "app:create_app()")
    with serve(folder, *arguments, WEB_CONCURRENCY="2", **WIDE, **settings) as site:
        yield site


def ask(site: Site, addresses: Sequence[str]) -> None:
    """Ask for each address as somebody else."""
    for address in addresses:
        requests.post(f"{site.url}/", json={"address": address}, headers=JSON, timeout=30).raise_for_status()


def wait_until_done(site: Site, jobs: int) -> None:
    """Wait until all jobs have a report."""
    store = open_at(site.data_dir)

    def all_done() -> bool:
        time.sleep(0.3)
        stats = store.stats()
        assert stats.failed == stats.asking == stats.refused == 0, stats
        return stats.done == jobs

    wait_for(all_done, 150)
    assert_all_ended(store)


def evaluators(site: Site) -> list[int]:
    return [evaluator for worker in children(site.pid) for evaluator in children(worker)]


def test_it_is_one_request_for_all_of_them(tmp_path: Path) -> None:
    with live_services(MONACO) as services, live_site(tmp_path, services) as site:
        ask(site, neighbours() * (JOBS // ADDRESSES))
        wait_until_done(site, JOBS)
        assert len(services.overpass.asked) == services.overpass.most_in_flight == 1
        texts = [question.params["q"] for question in services.nominatim.asked]
        assert len(texts) == len(set(texts)) == ADDRESSES
        at = [question.at for question in services.nominatim.asked]
        assert min(later - earlier for earlier, later in pairwise(at)) > PAUSE_S


def test_killed_workers_neither_repeat_nor_lose_an_answer(tmp_path: Path) -> None:
    with live_services(MONACO) as services, live_site(tmp_path, services) as site:
        ask(site, neighbours() * 4)
        store = open_at(site.data_dir)
        kept = "SELECT 1 FROM service_answers WHERE service = 'overpass'"
        wait_for(lambda: bool(store.db.read(kept)), 60)  # it has answered, and a tile is being made of that
        for _ in range(5):
            for evaluator in evaluators(site):
                with suppress(ProcessLookupError):
                    os.kill(evaluator, signal.SIGKILL)
            time.sleep(0.3)
        (worker, *_) = children(site.pid)
        os.kill(worker, signal.SIGKILL)
        wait_until_done(site, 4 * ADDRESSES)
        assert len(services.overpass.asked) == 1
        texts = Counter(question.params["q"] for question in services.nominatim.asked)
        assert set(texts) == set(neighbours())
        # A question may be asked again whose answer was still under way when its asker was killed.
        assert sum(texts.values()) <= ADDRESSES + 6
