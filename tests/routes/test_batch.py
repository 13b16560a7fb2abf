"""Several addresses at once: what is read, what is named as wrong, the panel, the ranking and the table."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing, listing_from_json
from app.pipeline.report import Report
from app.queue.jobs import Job, Status
from app.queue.store import JobStore
from tests.support.asking import HTMX, JSON, soup, submit, visible_text, without_ids
from tests.support.dialects import on_both
from tests.support.queue_steps import Steps
from tests.support.reports import report, unknown_report
from tests.support.surroundings import ADDRESS, Town, full_grid

pytestmark = on_both

THREE = "12 Main Street\n\n  14 Main Street \n,\n"


def post(client: FlaskClient, addresses: str = THREE, **fields: object) -> TestResponse:
    return client.post("/batch", data={"addresses": addresses, **fields}, content_type="multipart/form-data")


def send_file(client: FlaskClient, content: str | bytes) -> TestResponse:
    body = content.encode() if isinstance(content, str) else content
    return post(client, "", file=(io.BytesIO(body), "homes.csv"))


def begin(client: FlaskClient, addresses: str = THREE, **fields: object) -> str:
    """Send addresses; return the path of their page."""
    response = post(client, addresses, **fields)
    assert response.status_code == 303, response.text
    return str(response.location)


def lines(client: FlaskClient, link: str) -> list[tuple[int, str, str]]:
    found = client.get(link, headers=JSON).json
    return [(line["line"], line["address"], line["status"]) for line in found["lines"]]


def jobs(store: JobStore) -> list[Job]:
    """Return the jobs in the order in which they were sent."""
    return list(reversed(store.list_jobs(None)))


def listings(store: JobStore) -> list[Listing]:
    return [listing_from_json(job.listing) for job in jobs(store)]


# --- what is sent ----------------------------------------------------------------------------------


def test_each_line_is_numbered_as_typed_and_a_bad_one_named(client: FlaskClient) -> None:
    link = begin(client)
    assert lines(client, link) == [
        (1, "12 Main Street", "queued"),
        (3, "14 Main Street", "queued"),
        (4, ",", "refused"),
    ]
    page = client.get(link)
    assert "Type an address first" in visible_text(page)
    assert soup(page).select_one("#line-4 .batch-correct")["href"].startswith("/?address=,")


def test_profile_and_must_haves_are_for_all(client: FlaskClient, store: JobStore) -> None:
    begin(client, "1 Main\n2 Main", profile="family", must_haves=["", "park:5"])
    assert [(each.profile, each.must_haves) for each in listings(store)] == [("family", ("park:5",))] * 2


TABLE = """\
Address;rent;has parking;destinations;must_haves;agent
"12 Main Street; rear";£1,250 pcm;yes;Station|Airport;supermarket:10;Jones
"14 Main Street
second floor";;;;;
15 Main Street;lots;;;;
"16 "Main" Street";;;;;
17 Main Street;1;1;1;1;1;one too many
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_a_table_is_read_with_its_quotes_whatever_wrote_it(client: FlaskClient, store: JobStore, encoding: str) -> None:
    response = send_file(client, TABLE.encode(encoding))
    assert response.status_code == 303, response.text
    first, second = listings(store)
    assert first.has_parking
    assert first.must_haves == ("supermarket:10",)
    assert (first.address, first.rent, first.destinations) == ("12 Main Street; rear", 1250.0, ("Station", "Airport"))
    assert second.address == "14 Main Street second floor"
    text = visible_text(client.get(response.location))
    assert "Columns that are not known were left out: agent." in text
    assert ("Windows-1252" in text) is (encoding == "cp1252")
    assert lines(client, response.location)[2:] == [
        (5, "15 Main Street", "refused"),
        (6, "", "refused"),
        (7, "", "refused"),
    ]
    for said in ("The rent must be a number", "A quotation mark is out of place", "more cells than columns"):
        assert said in text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_semicolons_and_tabs_do(client: FlaskClient, store: JobStore, delimiter: str) -> None:
    send_file(client, f"bedrooms{delimiter}address\n2{delimiter}Main Street 1\n")
    assert [(each.address, each.bedrooms) for each in listings(store)] == [("Main Street 1", 2)]


def test_one_column_needs_no_quotes(client: FlaskClient, store: JobStore) -> None:
    send_file(client, "address\r\n12 Bulevardi, Helsinki\r\n")
    assert [each.address for each in listings(store)] == ["12 Bulevardi, Helsinki"]


def test_a_quote_that_is_never_closed_is_named_and_what_came_before_goes_on(
    client: FlaskClient, store: JobStore
) -> None:
    link = send_file(client, 'address,rent\n1 Main,1\n"2 Main,2\n3 Main,3\n').location
    assert lines(client, link) == [(2, "1 Main", "queued"), (3, "", "refused")]


def test_a_table_may_be_pasted(client: FlaskClient, store: JobStore) -> None:
    begin(client, "address\trent\n1 Main\t900\n")
    assert [(each.address, each.rent) for each in listings(store)] == [("1 Main", 900.0)]


def test_the_same_home_twice_is_evaluated_once(client: FlaskClient, store: JobStore, steps: Steps) -> None:
    link = begin(client, "12 Main Street\n12  main street\n")
    assert len(store.list_jobs(None)) == 1
    steps.finish()
    found = client.get(link, headers=JSON).json
    assert found["counts"]["done"] == 2
    assert len(found["ranking"]) == 1


REFUSALS = [
    ({"addresses": ""}, "at least one address"),
    ({"addresses": " \n "}, "at least one address"),
    ({"addresses": "\n".join(map(str, range(201)))}, "That is 201 lines; please send at most 200"),
    ({"addresses": "1 Main", "profile": "nomad"}, "one of these profiles"),
    ({"addresses": "1 Main", "must_haves": "casino:5"}, "cannot be asked for"),
    ({"addresses": ",\n;"}, "None of the lines can be evaluated. Line 1: Type an address first"),
]


@pytest.mark.parametrize(("fields", "why"), REFUSALS)
def test_what_cannot_go_on_at_all_is_said_in_the_form(
    client: FlaskClient, store: JobStore, fields: dict[str, str], why: str
) -> None:
    response = client.post("/batch", data=fields)
    assert response.status_code == 422
    assert why in visible_text(response)
    assert soup(response).select_one("#addresses").text.strip() == fields["addresses"].strip()
    assert store.list_jobs(None) == ()


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ("street,town\n1 Main,Town\n", "one of them must be “address”"),
        (b"PK\x03\x04\x00\x00", "not a text"),
        ("address\n" + "x" * 256 * 1024, "larger than 256 KB"),
    ],
)
def test_a_file_that_is_no_table_is_refused(client: FlaskClient, content: str | bytes, why: str) -> None:
    response = send_file(client, content)
    assert response.status_code == 422
    assert why in visible_text(response)


def test_a_body_that_is_far_too_large_is_not_read(client: FlaskClient) -> None:
    response = client.post("/batch", data={"addresses": "x" * 1_100_000})
    assert response.status_code == 413
    assert "please split it" in visible_text(response)


def test_a_field_and_a_file_together_are_refused(client: FlaskClient) -> None:
    response = post(client, "1 Main", file=(io.BytesIO(b"address\n2 Main\n"), "homes.csv"))
    assert "not in both" in visible_text(response)


def test_two_hundred_are_taken_at_once_and_one_list_at_a_time(client: FlaskClient, store: JobStore) -> None:
    begin(client, "\n".join(f"{number} Main Street" for number in range(1, 201)))
    assert store.stats().queued == 200
    client.environ_base["REMOTE_ADDR"] = "192.0.2.2"  # what the other address may send at once is used up
    again = post(client, "1 Side Street")
    assert again.status_code == 429
    assert again.headers["Retry-After"]
    assert "A list of yours is still under way" in visible_text(again)
    assert soup(again).select_one(".lines a")["href"].startswith("/batch/"), "it leads to the list that is under way"
    assert client.post("/", data={"address": "1 Side Street"}).status_code == 303


def test_each_line_counts_against_a_flood(client: FlaskClient) -> None:
    begin(client, "\n".join(f"{number} Main Street" for number in range(1, 201)))
    stranger = client.application.test_client()
    refused = post(stranger, "\n".join(f"{number} Side Street" for number in range(1, 201)))
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 30


def test_another_site_cannot_send_one(client: FlaskClient) -> None:
    response = client.post("/batch", data={"addresses": "1 Main"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert response.status_code == 403


# --- for programs ----------------------------------------------------------------------------------


def test_a_program_sends_json(client: FlaskClient, store: JobStore) -> None:
    sent = {"listings": ["1 Main", {"address": "2 Main", "rent": 900}, {"adress": "3"}, 4], "profile": "family"}
    response = client.post("/batch", json=sent)
    assert response.status_code == 202
    assert response.headers["Location"] == f"/batch/{response.json['batch_id']}"
    found = client.get(response.json["status_url"], headers=JSON).json
    assert [(line["line"], line["status"]) for line in found["lines"]] == [
        (1, "queued"),
        (2, "queued"),
        (3, "refused"),
        (4, "refused"),
    ]
    assert [(each.address, each.profile, each.rent) for each in listings(store)] == [
        ("1 Main", "family", None),
        ("2 Main", "family", 900.0),
    ]


def test_a_program_sends_a_table(client: FlaskClient, store: JobStore) -> None:
    response = client.post("/batch?profile=senior", data="address\n1 Main\n", content_type="text/csv")
    assert response.status_code == 202
    assert [each.profile for each in listings(store)] == ["senior"]


@pytest.mark.parametrize("body", [[], {"listings": "1 Main"}, {"homes": []}, {"listings": []}])
def test_json_of_another_shape_is_a_problem(client: FlaskClient, body: object) -> None:
    response = client.post("/batch", json=body, headers=JSON)
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"


# --- its panel -------------------------------------------------------------------------------------


def test_polls_are_204_until_something_changes_and_stop_at_the_end(client: FlaskClient, steps: Steps) -> None:
    link = begin(client, "1 Main\n2 Main")
    poll = soup(client.get(link)).select_one("#panel")["hx-get"]
    assert client.get(poll, headers=HTMX).status_code == 204
    steps.finish()
    panel = client.get(poll, headers=HTMX)
    assert panel.headers["Cache-Control"] == "no-store"
    assert soup(panel).select_one("[role=status]").text == "1 of 2 done."
    assert soup(panel).title.text == "1/2 done - Doorstep"
    assert "http-equiv" in client.get(link).text
    steps.fail()
    ended = soup(client.get(soup(panel).select_one("#panel")["hx-get"], headers=HTMX))
    assert not ended.select_one("#panel").has_attr("hx-get")
    assert ended.select_one("[role=status]").text == "1 of 2 done, 1 stopped without a report."
    assert "http-equiv" not in client.get(link).text
    assert client.get(f"{link}/progress").status_code == 303


def test_a_line_that_asks_leads_its_owner_to_the_question(client: FlaskClient, steps: Steps) -> None:
    link = begin(client, "1 Main")
    steps.ask()
    page = soup(client.get(link))
    assert page.select_one("[role=status]").text == "0 of 1 done, 1 asks a question."
    question = client.get(page.select_one(".batch-correct")["href"])
    assert soup(question).find("a", string="Back to the list of addresses")["href"] == link
    assert client.get(link, headers=JSON).json["status"] == "asking"
    assert not soup(client.application.test_client().get(link)).select(".batch-correct")


def test_a_failed_line_leads_its_owner_to_the_form_as_it_was_filled_in(client: FlaskClient, steps: Steps) -> None:
    link = begin(client, "address;rent\n1 Main;£900")
    steps.fail()
    form = soup(client.get(soup(client.get(link)).select_one(".batch-correct")["href"]))
    assert (form.select_one("#address")["value"], form.select_one("#rent")["value"]) == ("1 Main", "£900")


def test_only_its_owner_cancels(client: FlaskClient, store: JobStore) -> None:
    link = begin(client, "1 Main\n2 Main")
    stranger = client.application.test_client()
    assert not soup(stranger.get(link)).select("#batch-cancel")
    assert stranger.post(f"{link}/cancel").status_code == 404
    assert client.post(f"{link}/cancel").status_code == 303
    assert {job.status for job in store.list_jobs(None)} == {Status.CANCELLED}
    panel = client.post(f"{link}/cancel", headers=HTMX)
    assert "0 of 2 done, 2 cancelled." in visible_text(panel)


@pytest.mark.parametrize("ending", ["", ".csv", "/progress"])
def test_a_guessed_link_leads_nowhere(client: FlaskClient, ending: str) -> None:
    begin(client)
    assert client.get(f"/batch/guessed{ending}", headers=HTMX).status_code == 404
    assert client.post("/batch/guessed/cancel").status_code == 404


# --- its end ---------------------------------------------------------------------------------------


def scored(value: float | None, **changes: float | None) -> Report:
    made = evaluate_property(Listing(ADDRESS, must_haves=("park:10",)), Town(full_grid()))
    return replace(made, verdict=replace(made.verdict, score=value, **changes))


@pytest.fixture
def ended(client: FlaskClient, steps: Steps) -> str:
    """Evaluate four lines: a middling home, one of which too little is known, a good one, and one that failed."""
    link = begin(client, "1 Main\n2 Main\n3 Main\n4 Main")
    for made in (scored(40.0, low=35.0, high=50.0), unknown_report(), scored(80.0, low=None, high=None)):
        steps.finish(made)
    steps.fail()
    return link


def test_the_best_comes_first_and_what_is_not_known_last(client: FlaskClient, ended: str) -> None:
    scores = [each.strong.text for each in soup(client.get(ended)).select("#batch-ranking .figure-score")]
    assert scores == ["80", "35 to 50", "not known"]
    document = client.get(ended, headers=JSON).json
    assert [each["score"] for each in document["ranking"]] == [80.0, 40.0, None]
    assert document["ranking"][0]["must_haves"]
    assert len(document["ranking"][0]["minutes"]) == 8
    assert document["status"] == "done"


def test_it_leads_to_the_comparison_and_to_the_shortlist(client: FlaskClient, ended: str) -> None:
    page = soup(client.get(ended))
    assert client.get(page.select_one("#batch-ranking a.button")["href"]).status_code == 200
    ids = [field["value"] for field in page.select("#batch-ranking input[name=s]")]
    client.post("/shortlist/add", data={"s": ids})
    assert len(client.get("/shortlist", headers=JSON).json["entries"]) == 3


def test_the_table_has_all_lines_and_no_formula(client: FlaskClient, steps: Steps) -> None:
    link = begin(client, '=HYPERLINK("x")\n2 Main\n,')
    steps.fail()
    steps.finish(scored(70.0))
    response = client.get(f"{link}.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))
    assert [(row["rank"], row["line"], row["state"]) for row in rows] == [
        ("1", "2", "done"),
        ("", "1", "failed"),
        ("", "3", "refused"),
    ]
    assert rows[1]["address"] == '\'=HYPERLINK("x")'
    assert rows[0]["food_shop_min"]
    assert "attachment" in response.headers["Content-Disposition"]


def test_money_is_its_owners_alone(client: FlaskClient, steps: Steps) -> None:
    link = begin(client, "address;rent;budget\n1 Main;£987;£654\n2 Main;£987;€654")
    steps.finish(report(listing=Listing("1 Main", rent=987.0, budget=654.0, currency="£")))
    stranger = client.application.test_client()
    for path, headers in ((link, {}), (link, JSON), (f"{link}.csv", {})):
        text = without_ids(stranger.get(path, headers=headers).text.replace(link, ""))
        assert "987" not in text
        assert "654" not in text
        assert "€" not in text
    assert "in one currency" in visible_text(client.get(link))


def test_it_is_kept_from_search_engines_and_shared_caches(client: FlaskClient, ended: str) -> None:
    page = client.get(ended)
    assert soup(page).select_one("meta[name=robots]")["content"] == "noindex"
    assert page.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" in page.headers["Vary"]
    assert client.get(ended, headers={"If-None-Match": page.headers["ETag"]}).status_code == 304


def test_the_form_lists_ones_earlier_lists(client: FlaskClient) -> None:
    link = begin(client)
    assert soup(client.get("/batch")).select_one(".lines a")["href"] == link
    assert not soup(client.application.test_client().get("/batch")).select(".lines")
    assert soup(client.get("/")).find("a", string="Several addresses at once")["href"] == "/batch"


def test_a_deleted_report_leaves_the_page_and_its_address(client: FlaskClient, ended: str) -> None:
    first = client.get(ended, headers=JSON).json["ranking"][0]
    assert client.post(f"/s/{first['snapshot_id']}/delete").status_code == 303
    assert "3 Main" not in visible_text(client.get(ended))


def test_the_front_page_tells_of_a_batch_once(client: FlaskClient, steps: Steps) -> None:
    submit(client, "9 Bulevardi")
    steps.finish()
    client.post("/batch", data={"addresses": "1 Bulevardi\n2 Bulevardi"})
    steps.finish()
    told = [line.get_text(" ", strip=True) for line in soup(client.get("/")).select(".lines li")]
    assert [text.split(",")[0] for text in told] == ["2 addresses all at once", "9 Bulevardi report"]


def test_a_batch_that_is_sent_again_under_its_key_counts_once(client: FlaskClient, steps: Steps) -> None:
    client.get("/", headers=JSON)
    body, keyed = {"listings": ["1 Bulevardi", "2 Bulevardi"]}, JSON | {"Idempotency-Key": "once"}
    first = client.post("/batch", json=body, headers=keyed)
    again = client.post("/batch", json=body, headers=keyed)
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["batch_id"] == again.json["batch_id"]
    assert len(steps.store.list_jobs(None)) == 2
    other = client.post("/batch", json={"listings": ["3 Bulevardi"]}, headers=keyed)
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")
    assert client.post("/batch", json=body, headers=JSON).status_code == 429


def test_lines_with_the_same_listing_are_called_off_together(client: FlaskClient, store: JobStore) -> None:
    page = begin(client, "1 Main Street\n2 Main Street\n1 Main Street")
    assert client.post(f"{page}/cancel").status_code == 303
    assert (store.stats().queued, store.stats().cancelled) == (0, 2)


def test_a_poll_is_known_though_a_proxy_drops_the_header_of_htmx(client: FlaskClient) -> None:
    link = begin(client)
    panel = soup(client.get(f"{link}/progress?seen=x", headers={"Accept": "text/html"}))
    assert (len(panel.select("#panel")), len(panel.select("main"))) == (1, 0)
    assert client.get(f"{link}/progress?seen=x").status_code == 303
