"""What `/metrics` says of the queue, the regions and the disk, and to whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.config import Config
from app.queue.store import JobStore
from app.views.metrics import STAGE_BOUNDS
from tests.conftest import TOKEN
from tests.support.asking import submit
from tests.support.dialects import on_both, sqlite_alone
from tests.support.extracts import small_town
from tests.support.folders import ROOT
from tests.support.metrics import Figures, parsed, value
from tests.support.queue_steps import Steps

pytestmark = on_both

OPERATOR = {"Authorization": f"Bearer {TOKEN}"}


def figures(client: FlaskClient) -> Figures:
    response = client.get("/metrics", headers=OPERATOR)
    assert response.status_code == 200
    return parsed(response.text)


def test_it_is_not_there_for_strangers(client: FlaskClient) -> None:
    assert client.get("/metrics").status_code == 404


def test_it_is_not_there_where_no_token_is_set(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path)).test_client()
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_its_own_token_opens_nothing_else(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path, operator_token="boss", metrics_token="robot")).test_client()
    robot = {"Authorization": "Bearer robot"}
    assert client.get("/metrics", headers=robot).status_code == 200
    assert client.get("/queue", headers=robot).status_code == 404


def test_whoever_asks_every_second_is_no_guesser(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    client = create_app(Config(data_dir=tmp_path, operator_token="boss", metrics_token="robot")).test_client()
    answers = [client.get("/metrics", headers={"Authorization": "Bearer robot"}) for _ in range(30)]
    assert {answer.status_code for answer in answers} == {200}
    assert not caplog.records


def test_its_type_is_prometheus_s(client: FlaskClient) -> None:
    response = client.get("/metrics", headers=OPERATOR)
    assert response.content_type.startswith("text/plain; version=")
    assert response.headers["Cache-Control"] == "no-store"


def test_typing_errors_are_no_failures(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    steps.fail()
    found = figures(client)
    assert value(found, "doorstep_job_typing_errors_total", reason="address-not-found") == 1
    assert not [labels for name, labels in found if name == "doorstep_job_failures_total"]


def test_a_question_that_expired_is_no_failure(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    steps.ask()
    steps.expire()
    found = figures(client)
    assert value(found, "doorstep_job_typing_errors_total", reason="question-expired") == 1
    assert value(found, "doorstep_jobs_called_off_total") == 0


def test_it_shows_the_line(client: FlaskClient, steps: Steps) -> None:
    submit(client, "1 Bulevardi")
    submit(client, "2 Bulevardi")
    steps.finish()
    found = figures(client)
    assert value(found, "doorstep_jobs", status="queued") == 1
    assert value(found, "doorstep_jobs", status="done") == 1
    assert value(found, "doorstep_jobs_done_total") == 1
    assert value(found, "doorstep_queue_oldest_seconds") > 0


def test_it_times_stages(client: FlaskClient, steps: Steps) -> None:
    submit(client)
    steps.claim(stages_done=1)
    found = figures(client)
    bucket = {"stage": "geocode"}
    assert value(found, "doorstep_stage_seconds_count", **bucket) == 1
    assert value(found, "doorstep_stage_seconds_bucket", **bucket, le="0.25") == 0
    assert value(found, "doorstep_stage_seconds_bucket", **bucket, le="0.5") == 1


def test_it_knows_every_bound_of_the_database() -> None:
    schema = (ROOT / "app/queue/store/tables/sqlite/07.sql").read_text()
    bounds = {float(bound) for bound in re.findall(r"THEN ([\d.]+)", schema)}
    assert bounds == set(STAGE_BOUNDS) - {float("inf")}


def test_it_says_which_regions_are_damaged(client: FlaskClient, config: Config, tmp_path: Path) -> None:
    regions = RegionStore(config.regions_dir)
    for name in ("smallville", "ruins"):
        import_region(regions, name, RegionInput(small_town().write(tmp_path / "town.osm.pbf")))
    (regions.directory("ruins") / "atlas.sqlite").write_bytes(b"")
    found = figures(client)
    assert value(found, "doorstep_region_usable", region="smallville") == 1
    assert ("doorstep_region_usable", frozenset({("region", "ruins")})) in found
    assert value(found, "doorstep_region_usable", region="ruins") == 0


@sqlite_alone("its file; of a server that is away: tests/db/postgres")
@pytest.mark.parametrize("what", ["directory", "garbage"])
def test_it_answers_without_its_database(client: FlaskClient, config: Config, what: str) -> None:
    config.data_dir.mkdir(exist_ok=True)
    if what == "directory":
        config.database_path.mkdir()
    else:
        config.database_path.write_bytes(b"no database" * 1_000)
    found = figures(client)
    assert value(found, "doorstep_database_up") == 0
    assert ("doorstep_jobs_created_total", frozenset()) not in found


def test_no_label_holds_an_id_or_an_address(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, "12 Bulevardi, Helsinki")
    client.get(f"/job/{job_id}")
    snapshot_id = steps.finish()
    client.get(f"/s/{snapshot_id}?units=12+Bulevardi")
    client.get("/12 Bulevardi")
    text = client.get("/metrics", headers=OPERATOR).text
    assert 'route="/s/<snapshot_id>"' in text
    assert 'route="(none)"' in text
    assert not [word for word in (job_id, snapshot_id, "Bulevardi") if word in text]


def test_it_does_not_count_who_asks_whether_it_lives(client: FlaskClient) -> None:
    client.get("/healthz")
    assert 'route="/healthz"' not in client.get("/metrics", headers=OPERATOR).text


def test_an_odd_method_is_not_a_label_of_its_own(client: FlaskClient, store: JobStore) -> None:
    client.open("/methods", method="BREW")
    assert value(figures(client), "doorstep_http_requests_total", route="(none)", method="other", status="4xx") >= 1
