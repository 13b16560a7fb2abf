"""A site with something of everything: a region, jobs in each state, reports, a batch and a list, with odd texts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.queue.store import JobStore
from app.sources.regions import ImportedRegions
from app.web.services import services_of
from tests.support import postgres
from tests.support.asking import JSON
from tests.support.folders import SAMPLES
from tests.support.hostile import Ids
from tests.support.odd_values import BREAKS_OUT, FORMULAS
from tests.support.queue_steps import Steps

KNOWN = "27 Boulevard des Moulins, Monaco"
#: Nothing here is about how much one client may send.
FREE = {
    "client_changes_per_minute": 1_000_000,
    "client_reads_per_minute": 1_000_000,
    "max_live_jobs_per_client": 0,
    "max_live_jobs_per_owner": 1_000_000,
    "max_live_jobs": 10_000_000,
}


@pytest.fixture(scope="session")
def monaco(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with one imported region."""
    folder = tmp_path_factory.mktemp("monaco")
    import_region(RegionStore(folder / "regions"), "monaco", RegionInput(SAMPLES / "monaco.osm.pbf"))
    return folder


@pytest.fixture(scope="session")
def source(monaco: Path) -> ImportedRegions:
    return ImportedRegions(monaco / "regions")


@dataclass(frozen=True, slots=True)
class World:
    """The site, its owner's cookie and what there is."""

    app: Flask
    store: JobStore
    cookie: str
    ids: Ids


@pytest.fixture(scope="module")
def world(monaco: Path, source: ImportedRegions) -> World:
    url = postgres.url_for(monaco)  # "" unless whoever runs the tests wants it so
    app = create_app(Config(data_dir=monaco, database_url=url, operator_token="right", **FREE))  # type: ignore[arg-type]
    client, store = app.test_client(), services_of(app).store
    report = evaluate_property(Listing(KNOWN, rent=1_234.0, currency="€", destinations=(BREAKS_OUT,)), source)
    known = made(client, store, report)
    job_ids, snapshots = known[0], known[1]
    batch = client.post("/batch", data={"addresses": "\n".join((KNOWN, f"1 {BREAKS_OUT}", *FORMULAS, "=2 Main"))})
    client.post("/shortlist/add", data={"s": list(snapshots)})
    client.post(f"/shortlist/{snapshots[0]}/note", data={"note": f"=1+1 {BREAKS_OUT}"})
    client.post("/shortlist/name", data={"name": f"@{BREAKS_OUT}"[:40]})
    shared = client.post("/shortlist/share", data={"sharing": "together"}, headers=JSON).json["together_url"]
    ids = Ids(
        {
            "job_id": job_ids,
            "snapshot_id": snapshots,
            "batch_id": (batch.location.rsplit("/", 1)[1],),
            "link": (shared.rsplit("/", 1)[1],),
            "name": ("map", "map-phone"),
            "filename": ("doorstep.css",),
            "person_id": ("1",),
        }
    )
    cookie = "; ".join(f"{each.key}={each.value}" for each in client._cookies.values())
    return World(app, store, cookie, ids)


def made(client: FlaskClient, store: JobStore, report: Report) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Make jobs in each state, of odd addresses; return their ids and those of their reports, the real one first."""
    steps, snapshots = Steps(store), []
    for address, result in ((KNOWN, report), (f"1 {BREAKS_OUT}", None), ("=1+1 Street", None)):
        submitted(client, address)
        snapshots.append(steps.finish(result))
    asking = submitted(client, f"ask {BREAKS_OUT}")
    steps.ask()
    failed = submitted(client, f"fail {BREAKS_OUT}")
    steps.fail(f"No such thing as {BREAKS_OUT}")
    return (submitted(client, f"wait {BREAKS_OUT}"), asking, failed), tuple(snapshots)


def submitted(client: FlaskClient, address: str) -> str:
    """Submit an address and return its job's id."""
    return str(client.post("/", data={"address": address, "rent": "1,234"}, headers=JSON).json["job_id"])
