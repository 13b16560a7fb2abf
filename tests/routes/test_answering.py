"""A job that asks which place was meant: its panel, the answer to it, and what becomes of it without one."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.pipeline.listing import listing_from_json
from app.places import Answer
from app.queue.jobs import Status
from app.queue.store import JobStore
from tests.support.asking import ADDRESS, HTMX, JSON, soup, submit, visible_text
from tests.support.dialects import on_both
from tests.support.questions import NEWPORTS, WHY, question, question_json
from tests.support.queue_steps import Steps

pytestmark = on_both


@pytest.fixture
def job_id(client: FlaskClient, steps: Steps) -> str:
    """A job that asks which of three places was meant by its address."""
    job_id = submit(client, rent="900")
    steps.ask()
    return job_id


def ask_about_london(client: FlaskClient, steps: Steps) -> str:
    """A job that asks about a destination."""
    job_id = submit(client, destinations="London")
    steps.ask(question_json(about="London", may_be_left_out=True))
    return job_id


def answers(store: JobStore, job_id: str) -> tuple[Answer, ...]:
    return listing_from_json(store.get_job(job_id).listing).answers


# --- the panel ---


def test_it_shows_each_choice_as_one_button(client: FlaskClient, job_id: str) -> None:
    page = client.get(f"/job/{job_id}")
    buttons = soup(page).select("#panel button[name=choice]")
    assert [button["value"] for button in buttons] == ["0", "1", "2"]
    said = [" ".join(button.get_text(" ").split()) for button in buttons]
    assert said[0] == "Newport Avenue, Vancouver Street"
    assert said[2] == "Newport Station Station, Newport, NP20"
    assert WHY in visible_text(page)
    assert "Which one did you mean?" in soup(page).select_one("[role=status]").text
    assert soup(page).title.text.strip() == f"Which one? - {ADDRESS} - Doorstep"


def test_it_shows_no_steps_no_times_and_no_failure(client: FlaskClient, job_id: str) -> None:
    panel = soup(client.get(f"/job/{job_id}")).select_one("#panel")
    assert not panel.select("progress, #panel-times, #panel-stages, .notice")
    assert "not reached" not in panel.text


def test_it_stops_polling_and_refreshing(client: FlaskClient, job_id: str) -> None:
    page = soup(client.get(f"/job/{job_id}"))
    assert not page.select("[hx-trigger], meta[http-equiv=refresh], main noscript")


def test_the_poll_that_finds_the_question_is_the_last(client: FlaskClient, steps: Steps) -> None:
    page = soup(client.get(f"/job/{submit(client)}")).select_one("#panel")
    steps.ask()
    response = client.get(str(page["hx-get"]), headers=HTMX)
    fragment = soup(response).select_one("#panel")
    assert response.status_code == 200
    assert not fragment.select("[hx-trigger]")
    assert not fragment.has_attr("hx-trigger")
    assert len(fragment.select("button[name=choice]")) == 3


def test_page_and_poll_show_the_same_question(client: FlaskClient, job_id: str) -> None:
    page = soup(client.get(f"/job/{job_id}")).select_one("#panel")
    assert str(soup(client.get(f"/job/{job_id}/progress", headers=HTMX)).select_one("#panel")) == str(page)


def test_it_leads_back_to_the_form_as_it_was_filled_in(client: FlaskClient, job_id: str) -> None:
    link = soup(client.get(f"/job/{job_id}")).select_one("#panel-actions a")
    form = soup(client.get(str(link["href"])))
    assert link.text == "Change the address"
    assert (form.select_one("#address")["value"], form.select_one("#rent")["value"]) == (ADDRESS, "900")


def test_a_stranger_sees_no_choices(app: Flask, job_id: str) -> None:
    panel = soup(app.test_client().get(f"/job/{job_id}")).select_one("#panel")
    assert "waits for an answer from whoever started it" in panel.text
    assert not panel.select("button, form, a")


def test_the_address_itself_must_be_settled(client: FlaskClient, job_id: str) -> None:
    assert "go on without it" not in visible_text(client.get(f"/job/{job_id}"))


def test_a_destination_is_named_and_may_be_left_out(client: FlaskClient, steps: Steps) -> None:
    page = client.get(f"/job/{ask_about_london(client, steps)}")
    assert "Which “London” did you mean?" in visible_text(page)
    assert soup(page).select_one("button[value=none]").text.strip() == "None of these: go on without it"
    assert "Change the destination" in visible_text(page)


def test_it_is_listed_as_waiting_for_an_answer(client: FlaskClient, job_id: str) -> None:
    assert "waiting for your answer" in visible_text(client.get("/"))


def test_words_from_a_map_are_no_markup(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client)
    steps.ask(question_json(("<b>Newport</b>", "<i>town</i>", "<u>Wales</u>")))
    assert not soup(client.get(f"/job/{job_id}")).select("#panel b, #panel i, #panel u")


# --- the answer ---


def test_one_tap_goes_on_with_the_same_job(client: FlaskClient, store: JobStore, job_id: str) -> None:
    form = soup(client.get(f"/job/{job_id}")).select_one("#panel-question")
    response = client.post(str(form["action"]), data={"choice": "1"})
    assert (response.status_code, response.location) == (303, f"/job/{job_id}")
    assert answers(store, job_id) == (Answer(ADDRESS, question().choices[1].location),)
    job = store.get_job(job_id)
    assert (job.status, job.address) == (Status.QUEUED, ADDRESS)


def test_a_panel_polls_again_after_the_answer(client: FlaskClient, job_id: str) -> None:
    form = soup(client.get(f"/job/{job_id}")).select_one("#panel-question")
    panel = soup(client.post(str(form["hx-post"]), data={"choice": "0"}, headers=HTMX)).select_one("#panel")
    assert "every 2s" in str(panel["hx-trigger"])
    assert "Yours is next" in panel.text
    assert len(panel.select(".stage")) == 14


def test_a_program_answers_in_json(client: FlaskClient, store: JobStore, job_id: str) -> None:
    asked = client.get(f"/job/{job_id}", headers=JSON).json["question"]
    answered = client.post(asked["answer_url"], json={"choice": 2}, headers=JSON).json
    assert (answered["job_id"], answered["status"], answered["question"]) == (job_id, "queued", None)
    assert answers(store, job_id) == (Answer(ADDRESS, question().choices[2].location),)


def test_none_leaves_a_destination_out(client: FlaskClient, steps: Steps, store: JobStore) -> None:
    job_id = ask_about_london(client, steps)
    client.post(f"/job/{job_id}/answer", data={"choice": "none"})
    assert answers(store, job_id) == (Answer("London", None),)


@pytest.mark.parametrize("choice", ["", "3", "-1", "1.0", "x", "none", "²"])
def test_it_refuses_what_is_no_choice(client: FlaskClient, store: JobStore, job_id: str, choice: str) -> None:
    response = client.post(f"/job/{job_id}/answer", data={"choice": choice}, headers=JSON)
    assert (response.status_code, response.json["field"]) == (422, "choice")
    assert response.json["detail"] == "Please choose one of the places by its number (0, 1, 2)."
    assert store.get_job(job_id).status is Status.ASKING


@pytest.mark.parametrize("body", [{}, [], "1", {"choice": None}, {"choice": True}, {"choice": 1.5}, {"choice": [1]}])
def test_it_refuses_json_that_is_no_choice(client: FlaskClient, job_id: str, body: object) -> None:
    assert client.post(f"/job/{job_id}/answer", json=body, headers=JSON).status_code == 422


def test_it_says_that_none_is_a_choice_too_where_it_is(client: FlaskClient, steps: Steps) -> None:
    job_id = ask_about_london(client, steps)
    detail = client.post(f"/job/{job_id}/answer", data={"choice": "7"}, headers=JSON).json["detail"]
    assert detail.endswith("(0, 1, 2), or “none” to go on without it.")


def test_only_its_owner_answers(app: Flask, store: JobStore, job_id: str) -> None:
    stranger = app.test_client()
    stranger.get("/")
    for choice in ("0", "7"):
        assert stranger.post(f"/job/{job_id}/answer", data={"choice": choice}).status_code == 404
    assert store.get_job(job_id).status is Status.ASKING


def test_a_second_tap_is_no_error(client: FlaskClient, store: JobStore, job_id: str) -> None:
    url = str(soup(client.get(f"/job/{job_id}")).select_one("#panel-question")["action"])
    for choice in ("0", "2"):
        assert client.post(url, data={"choice": choice}).status_code == 303
    assert answers(store, job_id) == (Answer(ADDRESS, question().choices[0].location),)


def test_a_late_tap_answers_no_other_question(client: FlaskClient, steps: Steps, store: JobStore, job_id: str) -> None:
    url = str(soup(client.get(f"/job/{job_id}")).select_one("#panel-question")["action"])
    client.post(url, data={"choice": "0"})
    steps.ask(question_json(about="London", may_be_left_out=True))
    panel = soup(client.post(url, data={"choice": "1"}, headers=HTMX)).select_one("#panel")
    assert panel.select_one("button[value=none]")
    assert [answer.about for answer in answers(store, job_id)] == [ADDRESS]


def test_two_questions_are_answered_one_after_the_other(
    client: FlaskClient, steps: Steps, store: JobStore, job_id: str
) -> None:
    client.post(f"/job/{job_id}/answer", data={"choice": "0"})
    steps.ask(question_json(about="London", may_be_left_out=True))
    client.post(f"/job/{job_id}/answer", data={"choice": "none"})
    assert [answer.about for answer in answers(store, job_id)] == [ADDRESS, "London"]


def test_a_job_that_asks_nothing_takes_no_answer(client: FlaskClient) -> None:
    response = client.post(f"/job/{submit(client)}/answer", data={"choice": "0"}, headers=JSON)
    assert (response.status_code, response.json["code"]) == (409, "transition-refused")


def test_what_does_not_exist_takes_no_answer(client: FlaskClient) -> None:
    assert client.post("/job/nothing/answer", data={"choice": "0"}).status_code == 404


def test_an_answer_is_no_link(client: FlaskClient, job_id: str) -> None:
    assert client.get(f"/job/{job_id}/answer?choice=0").status_code == 405


# --- no answer ---


def test_it_is_cancelled_at_once(client: FlaskClient, store: JobStore, job_id: str) -> None:
    panel = soup(client.post(f"/job/{job_id}/cancel", headers=HTMX)).select_one("#panel")
    assert "was cancelled" in panel.text
    assert not panel.select("button[name=choice]")
    assert client.post(f"/job/{job_id}/answer", data={"choice": "0"}).status_code == 409


def test_it_is_closed_with_an_honest_word_and_asks_again(client: FlaskClient, steps: Steps, job_id: str) -> None:
    steps.expire()
    page = client.get(f"/job/{job_id}")
    panel = soup(page).select_one("#panel")
    assert "nobody answered within 24 hours" in visible_text(page)
    assert not panel.select("progress, .stages, .notice-bad, code")
    assert soup(client.post(f"/job/{job_id}/retry", headers=HTMX)).select_one("#panel").has_attr("hx-trigger")
    steps.ask()
    assert len(soup(client.get(f"/job/{job_id}")).select("button[name=choice]")) == 3


def test_submitting_the_same_again_shows_the_open_question(client: FlaskClient, job_id: str) -> None:
    panel = soup(client.post("/", data={"address": ADDRESS, "rent": "900"}, headers=HTMX)).select_one("#panel")
    assert len(panel.select("button[name=choice]")) == 3
    assert submit(client, rent="900") == job_id


# --- for programs ---


def test_it_tells_a_program_everything(client: FlaskClient, job_id: str) -> None:
    job = client.get(f"/job/{job_id}", headers=JSON).json
    asked = job["question"]
    assert (job["status"], job["error"], job["attempts"], job["position"]) == ("asking", None, 0, None)
    assert (asked["about"], asked["why"], asked["may_be_left_out"]) == (ADDRESS, WHY, False)
    place = question().choices[1].location
    assert asked["choices"][1] == {
        "choice": 1,
        "label": NEWPORTS[1][0],
        "what": "town",
        "where": "Wales",
        "lat": place.lat,
        "lon": place.lon,
        "precision": "street",
        "region": "helsinki",
    }
    assert f"/job/{job_id}/answer?question=" in asked["answer_url"]
    assert asked["expires_at"] > job["created_at"]


def test_a_job_that_asks_nothing_has_no_question(client: FlaskClient) -> None:
    assert client.get(f"/job/{submit(client)}", headers=JSON).json["question"] is None


@pytest.mark.parametrize("choice", [None, "", "x", [0], True, -1])
def test_what_answers_no_question_is_refused_where_none_is_open(
    client: FlaskClient, job_id: str, choice: object
) -> None:
    assert client.post(f"/job/{job_id}/answer", json={"choice": 0}, headers=JSON).status_code == 200
    refused = client.post(f"/job/{job_id}/answer", json={"choice": choice}, headers=JSON)
    assert (refused.status_code, refused.json["field"]) == (422, "choice")


@pytest.mark.parametrize("question", ["x", "", "-1", "1e3", "9" * 5_000])
def test_it_refuses_what_numbers_no_question(client: FlaskClient, job_id: str, question: str) -> None:
    link = f"/job/{job_id}/answer?question={question}"
    refused = client.post(link, json={"choice": 0}, headers=JSON)
    assert (refused.status_code, refused.json["field"]) == (422, "question")
