"""What people, programs and operators see while an evaluation waits for a live service, and for its next try."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app import create_app
from app.config import Config
from app.errors import ServiceBusy, ServiceTrouble
from app.queue.jobs import Claim
from app.queue.runner import refusal
from app.queue.store import JobStore
from tests.conftest import TOKEN
from tests.support.asking import HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps

pytestmark = on_both

BEARER = {"Authorization": f"Bearer {TOKEN}"}
OVERPASS = "Asking OpenStreetMap's Overpass server for streets and places"


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Give the settings of a site that asks live services."""
    return Config(
        data_dir=tmp_path / "var", operator_token=TOKEN, secret_key="k" * 64, live="on", contact="ops@example.org"
    )


def wait_began(store: JobStore, seconds_ago: float) -> None:
    """Let the wait have begun so many seconds ago."""
    with store.db.write(durable=True) as connection:
        connection.execute(
            "UPDATE evaluation_jobs SET started_at = :at, waits_since = :at", {"at": store.clocks.unix() - seconds_ago}
        )


def waiting(steps: Steps, *, turn: bool = False, seconds_ago: float = 12.3) -> Claim:
    """Let the next job ask Overpass in its second stage."""
    claim = steps.claim(stages_done=1)
    assert steps.store.note_wait(claim, "overpass", turn=turn)
    wait_began(steps.store, seconds_ago)
    return claim


def poll(client: FlaskClient, job_id: str) -> str:
    """Return where the panel on the page would ask next."""
    return str(soup(client.get(f"/job/{job_id}")).select_one("#panel")["hx-get"])


# --- a service is asked ---


def test_the_page_says_what_is_asked_and_for_how_long(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    waiting(steps)
    page = soup(client.get(f"/job/{job_id}"))
    assert page.select_one("#panel-wait").get_text() == f"{OVERPASS}, 12 s"
    assert "Step 2 of 14" in page.select_one("[role=status]").text
    assert not page.select_one("#panel-wait").find_parent(attrs={"role": "status"}), "not read out at every poll"
    assert page.select_one("noscript meta[http-equiv=refresh]"), "without scripts the page comes anew"


def test_it_tells_a_turn_from_an_answer_that_is_waited_for(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    waiting(steps, turn=True, seconds_ago=80)
    said = "Waiting for its turn to ask OpenStreetMap's Overpass server for streets and places, 1 min 20 s"
    assert said in visible_text(client.get(f"/job/{job_id}"))


def test_polls_renew_the_seconds_and_nothing_else(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    job_id = submit(client)
    waiting(steps)
    url = poll(client, job_id)
    for seconds in (14.0, 16.5):
        wait_began(store, seconds)
        answer = client.get(url, headers=HTMX)
        assert answer.status_code == 200
        line = soup(answer).select_one("#panel-wait.alone")
        assert line.get_text() == f"{OVERPASS}, {int(seconds)} s"
        assert not soup(answer).select("#panel, title")
        assert len(answer.data) < 500


def test_a_poll_brings_the_panel_once_the_wait_changes_or_ends(
    client: FlaskClient, steps: Steps, store: JobStore
) -> None:
    job_id = submit(client)
    claim = waiting(steps, turn=True)
    for service in ("overpass", None):
        url = poll(client, job_id)
        store.note_wait(claim, service)
        panel = soup(client.get(url, headers=HTMX)).select_one("#panel")
        said = panel.select_one("#panel-wait").get_text()
        assert said == ("" if service is None else f"{OVERPASS}, 0 s")
        assert not panel.select("#panel-wait.alone")
    assert client.get(poll(client, job_id), headers=HTMX).status_code == 204


def test_a_job_that_is_being_called_off_asks_nothing(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    waiting(steps)
    client.post(f"/job/{job_id}/cancel")
    page = visible_text(client.get(f"/job/{job_id}"))
    assert ("Cancelling. It stops in a moment." in page, "Overpass" in page) == (True, False)
    assert client.get(f"/job/{job_id}", headers=JSON).json["waiting_for"] is None


def test_a_program_is_told_as_well(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    assert client.get(f"/job/{job_id}", headers=JSON).json["waiting_for"] is None
    waiting(steps)
    told = client.get(f"/job/{job_id}", headers=JSON).json["waiting_for"]
    assert (told["service"], told["text"]) == ("overpass", OVERPASS)
    assert told["seconds"] == pytest.approx(12.3, abs=5)


def test_an_operator_is_told_as_well(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    waiting(steps)
    assert re.search(
        r"Asks the service overpass, since \d{4}-", visible_text(client.get(f"/queue/jobs/{job_id}", headers=BEARER))
    )
    history = client.get(f"/queue/jobs/{job_id}", headers=BEARER | JSON).json
    assert history["waits_for"] == "overpass"
    assert history["waits_since"] == pytest.approx(steps.store.clocks.unix() - 12.3, abs=5)


# --- it is tried again ---


def fail(steps: Steps, error: ServiceTrouble | ServiceBusy) -> None:
    refused = refusal(error)
    assert steps.store.fail_job(steps.claim(stages_done=1), refused.failure, retry=refused.passing)


def test_it_says_why_it_waits_and_until_when(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    job_id = submit(client)
    fail(steps, ServiceTrouble(service="Overpass", why="wants to be left alone", retry_after_seconds=100))
    page = visible_text(client.get(f"/job/{job_id}"))
    found = re.search(
        r"Overpass wants to be left alone, so this evaluation waits and asks again\. "
        r"Tried again in about (1 min 40|1 min 50|2 min)( s)?, at \d\d:\d\d UTC\.",
        page,
    )
    assert found, page
    assert page.count("wants to be left alone") == 1
    assert "second try" in page
    assert "ahead of yours" not in page
    told = client.get(f"/job/{job_id}", headers=JSON).json
    assert told["tried_again_at"]
    assert (told["position"], told["error_code"], told["waiting_for"]) == (None, "service-trouble", None)
    with store.db.write(durable=True) as connection:
        connection.execute("UPDATE evaluation_jobs SET run_after = run_after - 95")
    assert re.search(r"Tried again in about [123]0 s\.", visible_text(client.get(f"/job/{job_id}")))


def test_one_that_waits_for_its_turn_is_on_its_first_try(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    for _ in range(3):
        fail(steps, ServiceBusy(service="Overpass"))
        page = visible_text(client.get(f"/job/{job_id}"))
        assert "one at a time: this one waits for its turn. Tried again in about 10 s." in page
        assert "try" not in page.split("Tried again")[1].split("Cancel")[0]
        with steps.store.db.write(durable=True) as connection:
            connection.execute("UPDATE evaluation_jobs SET run_after = 0")


def test_waiting_for_a_turn_is_no_attempt_that_failed(client: FlaskClient, steps: Steps) -> None:
    submit(client, "1 Bulevardi")
    fail(steps, ServiceBusy(service="Overpass"))
    submit(client, "2 Bulevardi")
    fail(steps, ServiceTrouble(service="Overpass", why="is tired"))
    overview = client.get("/queue", headers=BEARER | JSON).json
    assert overview["since_beginning"]["tried_again"] == 1


def test_a_job_that_waits_does_not_hold_up_its_batch(client: FlaskClient, steps: Steps) -> None:
    addresses = {"addresses": "1 Bulevardi\n2 Bulevardi\n3 Bulevardi"}
    link = str(client.post("/batch", data=addresses, content_type="multipart/form-data").location)
    fail(steps, ServiceBusy(service="Overpass"))
    steps.finish()
    steps.finish()
    panel = soup(client.get(link))
    assert "2 of 3 done" in panel.get_text()
    assert [item.get_text() for item in panel.select(".batch-state")] == ["waiting", "done", "done"]
    assert panel.select_one("#panel[hx-get]"), "it still polls"


def test_the_page_of_a_site_that_asks_no_service_has_no_line_for_it(tmp_path: Path) -> None:
    client = create_app(Config(data_dir=tmp_path / "other", secret_key="k" * 64)).test_client()
    assert not soup(client.get(f"/job/{submit(client)}")).select("#panel-wait")
