"""The panel of a job: page, poll, JSON; what each state says."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from app.pipeline.evaluate import STAGES
from app.pipeline.report import to_json
from app.queue.jobs import Failure
from app.queue.store import JobStore
from app.queue.store.hosts import HeldRegion
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit, visible_text
from tests.support.queue_steps import Steps
from tests.support.reports import report


def poll_url(client: FlaskClient, job_id: str) -> str:
    """Return where the panel would ask next."""
    return str(soup(client.get(f"/job/{job_id}")).select_one("#panel")["hx-get"])


def test_it_names_the_stages_in_order(client: FlaskClient) -> None:
    page = soup(client.get(f"/job/{submit(client)}"))
    texts = [item.get_text(strip=True) for item in page.select(".stage-text")]
    assert texts == [stage.text for stage in STAGES]


def claim(steps: Steps) -> None:
    steps.claim(stages_done=3)


def fail(steps: Steps) -> None:
    steps.fail()


def wait(steps: Steps) -> None:
    """Leave the job in the queue."""


@pytest.mark.parametrize("happens", [wait, claim, fail])
def test_it_shows_the_same_panel_in_the_page_and_in_the_poll(
    client: FlaskClient, steps: Steps, happens: Callable[[Steps], None]
) -> None:
    job_id = submit(client)
    happens(steps)
    page = soup(client.get(f"/job/{job_id}")).select_one("#panel")
    fragment = soup(client.get(f"/job/{job_id}/progress", headers=HTMX)).select_one("#panel")
    del page["hx-trigger"], fragment["hx-trigger"]
    assert str(page) == str(fragment)


def test_it_polls_soon_after_submission_and_then_every_two_seconds(client: FlaskClient) -> None:
    first = soup(client.post("/", data={"address": ADDRESS}, headers=HTMX)).select_one("#panel")
    later = soup(client.get(str(first["hx-get"]).split("?")[0], headers=HTMX)).select_one("#panel")
    assert first["hx-trigger"] == "load delay:300ms, every 2s, visibilitychange from:document"
    assert later["hx-trigger"] == "every 2s, visibilitychange from:document"
    assert later["hx-select-oob"] == "#panel.panel:outerMorph,#panel.gone:outerMorph,#panel-wait.alone:outerMorph"
    assert later["hx-config"] == "timeout:8s"


def test_it_marks_the_step_under_way(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim(stages_done=3)
    page = soup(client.get(f"/job/{job_id}"))
    current = page.select("[aria-current=step]")
    assert [item["id"] for item in current] == [f"stage-{STAGES[3].name}"]
    assert page.select_one("progress")["value"] == "3"
    assert "Step 4 of 14: Finding schools and childcare" in page.select_one("[role=status]").text
    assert page.select_one("title").text.strip().startswith("4/14 Finding schools and childcare")
    assert "done in 0.4 s" in page.select_one("#stage-geocode").text


def test_it_answers_204_while_nothing_changed(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim(stages_done=1)
    response = client.get(poll_url(client, job_id), headers=HTMX)
    assert (response.status_code, response.data) == (204, b"")


def test_it_answers_with_the_panel_once_something_changed(client: FlaskClient, steps: Steps) -> None:
    url = poll_url(client, submit(client))
    steps.claim(stages_done=1)
    response = client.get(url, headers=HTMX)
    assert response.status_code == 200
    assert soup(response).title.text.strip().startswith("2/14")


def test_it_says_how_many_wait_ahead(client: FlaskClient) -> None:
    for number in range(2):
        submit(client, f"{number + 1} Bulevardi")
    last = submit(client, "3 Bulevardi")
    assert "2 evaluations are ahead of yours" in visible_text(client.get(f"/job/{last}"))


def test_it_renews_the_position_though_the_job_itself_did_not_change(client: FlaskClient, steps: Steps) -> None:
    submit(client, "1 Bulevardi")
    url = poll_url(client, submit(client, "2 Bulevardi"))
    assert client.get(url, headers=HTMX).status_code == 204
    steps.claim()
    assert "Yours is next" in visible_text(client.get(url, headers=HTMX))


def backdate(store: JobStore, seconds: float) -> None:
    """Let some time have passed since everything that happened to any job."""
    with store.db.write(durable=True) as connection:
        connection.execute(
            """
            UPDATE evaluation_jobs SET created_at = created_at - :seconds, queued_at = queued_at - :seconds,
                started_at = started_at - :seconds, completed_at = completed_at - :seconds
            """,
            {"seconds": seconds},
        )


def test_a_job_asked_for_again_after_two_days_counts_its_own_time(
    client: FlaskClient, steps: Steps, store: JobStore
) -> None:
    job_id = submit(client)
    steps.fail()
    backdate(store, 2 * 86_400)
    client.post(f"/job/{job_id}/retry")
    assert "waiting for a few seconds" in visible_text(client.get(f"/job/{job_id}"))
    steps.claim()
    assert "a few seconds so far" in visible_text(client.get(f"/job/{job_id}"))


def test_a_job_that_went_on_after_two_days_counts_its_own_time(
    client: FlaskClient, steps: Steps, store: JobStore
) -> None:
    job_id = submit(client)
    store.release_job(steps.claim())
    backdate(store, 2 * 86_400)
    steps.claim()
    page = visible_text(client.get(f"/job/{job_id}"))
    assert ("a few seconds so far" in page, "longer than usual" in page) == (True, False)


def test_a_job_whose_try_failed_says_when_it_is_tried_again(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    job_id = submit(client, "1 Bulevardi")
    store.fail_job(steps.claim(), Failure("stage-timeout", "It took too long."), retry=True)
    page = visible_text(client.get(f"/job/{job_id}"))
    assert "It took too long. Tried again in about 10 s" in page
    assert "Yours is next" not in page
    other = submit(client, "2 Bulevardi")
    assert "Yours is next" in visible_text(client.get(f"/job/{other}"))


def test_it_says_that_nobody_works_once_that_matters(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    url = poll_url(client, submit(client))
    assert client.get(url, headers=HTMX).status_code == 204
    backdate(store, 11)
    said = "Nobody is working on requests at the moment. Yours is kept"
    assert said in visible_text(client.get(url, headers=HTMX))
    store.say_at_work("box:1:1")
    store._somebody = (False, float("-inf"))
    assert said not in visible_text(client.get(url, headers=HTMX))


def test_it_ends_the_polling_and_opens_the_report_in_a_second_step(client: FlaskClient, steps: Steps) -> None:
    url = poll_url(client, submit(client))
    snapshot_id = steps.finish()
    response = client.get(url, headers=HTMX)
    panel = soup(response).select_one("#panel")
    opener = panel.select_one("[hx-trigger=load]")
    assert "HX-Redirect" not in response.headers
    assert not panel.has_attr("hx-trigger")
    assert "Your report is ready" in panel.select_one("[role=status]").text
    opened = client.get(str(opener["hx-get"]), headers=HTMX)
    assert (opened.status_code, opened.headers["HX-Redirect"]) == (204, f"/s/{snapshot_id}")


def test_it_sends_a_plain_browser_on_to_the_report(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    snapshot_id = steps.finish()
    response = client.get(f"/job/{job_id}")
    assert (response.status_code, response.location) == (303, f"/s/{snapshot_id}")


def test_it_stays_when_the_browser_comes_back_from_the_report(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.finish()
    client.get(f"/job/{job_id}")
    again = client.get(f"/job/{job_id}")
    assert again.status_code == 200
    assert "Open your report" in visible_text(again)
    assert not soup(again).select("[hx-trigger]")


def test_it_does_not_open_a_report_that_is_not_ready(client: FlaskClient) -> None:
    job_id = submit(client)
    response = client.get(f"/job/{job_id}/open")
    assert (response.status_code, response.location) == (303, f"/job/{job_id}")


def test_it_sends_a_browser_that_opens_the_poll_itself_to_the_page(client: FlaskClient) -> None:
    job_id = submit(client)
    assert client.get(f"/job/{job_id}/progress").location == f"/job/{job_id}"


def test_it_gives_a_program_that_asks_like_a_panel_the_job(client: FlaskClient) -> None:
    job_id = submit(client)
    assert client.get(f"/job/{job_id}/progress", headers=JSON).json["job_id"] == job_id


@pytest.mark.parametrize(("method", "status"), [("POST", 405), ("DELETE", 405), ("HEAD", 303), ("OPTIONS", 200)])
def test_it_takes_only_a_get_for_a_poll(client: FlaskClient, method: str, status: int) -> None:
    url = poll_url(client, submit(client)).split("?")[0]
    response = client.open(url, method=method, headers=HTMX)
    assert (response.status_code, "Step" in response.text) == (status, False)


def test_it_knows_a_panel_s_poll_without_the_header_of_htmx(client: FlaskClient) -> None:
    url = poll_url(client, submit(client)).split("?")[0]
    panel = client.get(f"{url}?seen=x", headers={"Accept": "text/html"})
    assert len(soup(panel).select("#panel")) == 1
    assert not soup(panel).select("main")


def test_it_says_why_it_failed_and_what_to_try(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, rent="900", destinations="Harbour 1")
    steps.fail()
    page = soup(client.get(f"/job/{job_id}"))
    assert "We could not find that address." in page.get_text()
    changed = parse_qs(urlsplit(str(page.find("a", string="Change the address")["href"])).query)
    assert (changed["rent"], changed["destinations"]) == (["900"], ["Harbour 1"])
    assert f"address-not-found-{job_id[:8]}" in page.get_text()


def test_it_tells_a_program_everything(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim(stages_done=2)
    job = client.get(f"/job/{job_id}", headers=JSON).json
    assert (job["status"], job["current_stage"]) == ("running", STAGES[2].name)
    assert job["stage_text"] == STAGES[2].text
    assert [stage["state"] for stage in job["stages"][:4]] == ["done", "done", "working", "waiting"]
    assert (job["snapshot_id"], job["error"], job["position"]) == (None, None, None)


def test_it_says_how_long_an_evaluation_usually_takes(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    submit(client, "1 Bulevardi")
    assert store.complete_job(steps.claim(stages_done=3), to_json(report()))
    job_id = submit(client)
    assert "usually about a second" in visible_text(client.get(f"/job/{job_id}/progress", headers=HTMX))
    assert client.get(f"/job/{job_id}", headers=JSON).json["usual_seconds"] == pytest.approx([1.2, 1.2])
    store.say_held("box", {"monaco": HeldRegion("a build", "Monaco")})
    with store.db.write(durable=False) as connection:
        connection.execute("UPDATE evaluation_jobs SET needs = 'monaco@another build' WHERE status = 'queued'")
    told = visible_text(client.get(f"/job/{job_id}/progress", headers=HTMX))
    assert "the data of Monaco, which no machine of this site has yet" in told
    assert "usually" not in told, "how long it takes says nothing of how long the data takes to come"


def test_it_gives_a_program_the_snapshot(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    snapshot_id = steps.finish()
    job = client.get(f"/job/{job_id}", headers=JSON).json
    assert (job["status"], job["snapshot_id"]) == ("done", snapshot_id)
    assert job["snapshot_url"].endswith(f"/s/{snapshot_id}")


def test_it_says_second_try_and_why(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    job_id = submit(client)
    assert store.fail_job(steps.claim(), Failure("stage-timeout", "The step took too long."), retry=True)
    assert "second try" in visible_text(client.get(f"/job/{job_id}"))
    with store.db.write(durable=True) as connection:
        connection.execute("UPDATE evaluation_jobs SET run_after = 0")
    steps.claim()
    assert "second try, after: The step took too long." in visible_text(client.get(f"/job/{job_id}"))


@pytest.mark.parametrize("headers", [{}, HTMX, JSON])
@pytest.mark.parametrize("path", ["", "/progress", "/open"])
def test_it_does_not_know_every_job(client: FlaskClient, path: str, headers: dict[str, str]) -> None:
    response = client.get(f"/job/nothing{path}", headers=headers)
    assert response.status_code == 404
    assert "Start a new one" in response.text


def test_it_renders_for_a_browser_that_has_seen_something_else(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.claim()
    for query in ("", "?seen=", "?seen=0", "?other=1", "?seen=1.0.0&x=1"):
        assert client.get(f"/job/{job_id}/progress{query}", headers=HTMX).status_code == 200


def test_it_answers_204_with_every_header(client: FlaskClient) -> None:
    response = client.get(poll_url(client, submit(client)), headers=HTMX)
    assert response.status_code == 204
    assert response.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]


def test_it_renders_whole_pages_whatever_was_seen(client: FlaskClient) -> None:
    assert client.get(poll_url(client, submit(client))).status_code == 303


def test_it_asks_under_the_path_that_the_site_is_mounted_at(client: FlaskClient) -> None:
    poll = f"/job/{submit(client)}/progress"
    panel = soup(client.get(poll, headers=HTMX, environ_overrides={"SCRIPT_NAME": "/homes"})).select_one("#panel")
    assert str(panel["hx-get"]).startswith(f"/homes{poll}")


def test_it_opens_each_report_though_another_was_opened_before(client: FlaskClient, steps: Steps) -> None:
    for address in ("1 Bulevardi", "2 Bulevardi"):
        job_id = submit(client, address)
        snapshot_id = steps.finish()
        assert client.get(f"/job/{job_id}").location == f"/s/{snapshot_id}"
