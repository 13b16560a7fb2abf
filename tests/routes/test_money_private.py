"""What a person says of money is theirs: others with the link see the report as if nothing had been said of it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.pipeline.evaluate import evaluate_property
from app.pipeline.listing import Listing
from app.pipeline.report import Report
from app.pipeline.sharing import as_shared
from app.queue.store import JobStore
from app.sources.regions import ImportedRegions
from app.web.forms import FormValues, listing_from
from tests.support.asking import ADDRESS, HTMX, JSON, submit
from tests.support.folders import SAMPLES
from tests.support.queue_steps import Steps

ENDINGS = ("", ".json", ".csv", ".geojson")
#: Every way in which the amounts below, or that there are any, could be told.
TELLING = (
    *("7,654", "7654", "6,543", "6543", "1,766", "£", "budget", "your limit", "It costs", "wish_cost", "Cost"),
    *("Rent a month", "Most you would pay", "Not as you asked: cost", "only you see it"),
)
EMPTY = re.compile(r'"budget(_typed)?":(null|"")')
OVER = {"rent": "£7,654 pcm", "budget": "£6,543"}


@pytest.fixture(scope="module")
def evaluate(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Report]:
    """Give a function that evaluates an address of the Helsinki sample with what a form says."""
    folder = tmp_path_factory.mktemp("helsinki")
    import_region(RegionStore(folder), "helsinki", RegionInput(SAMPLES / "helsinki.osm.pbf"))
    source = ImportedRegions(folder)

    def run(**texts: str) -> Report:
        return evaluate_property(listing_from(FormValues({"address": ADDRESS} | texts)), source)

    return run


def told(client: FlaskClient, link: str) -> dict[str, list[str]]:
    """Return what each way of looking at a report tells of money."""
    texts = {ending: client.get(f"{link}{ending}").text for ending in ENDINGS}
    texts["negotiated"] = client.get(link, headers=JSON).text
    # That a field of the JSON is empty tells nothing.
    plain = {name: EMPTY.sub("", text) for name, text in texts.items()}
    return {name: [word for word in TELLING if word in text] for name, text in plain.items()}


@pytest.mark.parametrize(
    "money",
    [OVER, {"rent": "£1,766 pw"}, {"rent": "£7,654", "budget": "£9,999"}, {"budget": "£6,543"}, {"price": "£7,654"}],
    ids=["over", "weekly", "within", "limit alone", "price"],
)
def test_a_stranger_learns_nothing_of_money(
    client: FlaskClient, steps: Steps, evaluate: Callable[..., Report], money: dict[str, str]
) -> None:
    submit(client, **money)
    link = f"/s/{steps.finish(evaluate(**money))}"
    stranger = client.application.test_client()
    assert set().union(*told(stranger, link).values()) == set()
    assert told(client, link)[""]
    # Nor may one be told by what another was: the answers depend on the cookie.
    assert "Cookie" in stranger.get(link).headers["Vary"]
    assert stranger.get(link, headers={"If-None-Match": client.get(link).headers["ETag"]}).status_code == 200


@pytest.mark.parametrize("money", [OVER, {"rent": "£7,654", "budget": "£9,999"}, {"budget": "£6,543"}])
@pytest.mark.parametrize("wish", [{}, {"wants_laundry": "yes", "has_laundry": "no"}, {"min_size_m2": "90"}])
def test_the_report_for_others_is_the_report_without_money(
    evaluate: Callable[..., Report], money: dict[str, str], wish: dict[str, str]
) -> None:
    assert as_shared(evaluate(**money, **wish)) == evaluate(**wish)


#: A page for everyone has these words in its form or its table; the amounts and what rests on them it has not.
AMOUNTS = tuple(word for word in TELLING if word not in ("budget", "£", "Rent a month", "Most you would pay", "Cost"))
TABLE = "address,rent,budget\n12 Bulevardi Helsinki,£7654,£6543\n,£7654,£6543\n"


@pytest.fixture
def owned(client: FlaskClient, steps: Steps, evaluate: Callable[..., Report]) -> dict[str, str]:
    """Let somebody own a report, a job, a batch with a refused line and a shared list, all of them with money."""
    submit(client, **OVER)
    snapshot_id = steps.finish(evaluate(**OVER))
    client.post("/shortlist/add", data={"s": snapshot_id})
    shared = client.post("/shortlist/share", data={"sharing": "together"}, headers=JSON).json["together_url"]
    batch = client.post("/batch", data=TABLE.encode(), content_type="text/csv", headers=JSON).json["batch_id"]
    steps.finish(evaluate(**OVER))
    job_id = submit(client, "Failing 1", **OVER)
    steps.fail()
    return {"snapshot_id": snapshot_id, "batch_id": batch, "job_id": job_id, "link": shared.rsplit("/", 1)[1]}


def outputs(app: Flask, values: dict[str, str]) -> list[str]:
    """Return the path of every route that shows a report, a job, a batch or a list: taken from the map of routes."""
    adapter, found = app.url_map.bind("localhost"), []
    for rule in app.url_map.iter_rules():
        if rule.arguments & values.keys() and "GET" in (rule.methods or ()):
            names = ("map", "map-phone", "section-daily") if "name" in rule.arguments else ("",)
            found += [adapter.build(rule.endpoint, values | {"name": name}, method="GET") for name in names]
    snapshot_id = values["snapshot_id"]
    adjusted = f"/s/{snapshot_id}?profile=family&weight.park=2"
    return [*found, adjusted, f"/compare?s={snapshot_id}&s={snapshot_id}", f"/compare?s={snapshot_id}"]


@pytest.mark.parametrize("headers", [{}, HTMX, JSON], ids=["page", "fragment", "json"])
def test_no_output_of_anything_tells_a_stranger(
    client: FlaskClient, owned: dict[str, str], headers: dict[str, str]
) -> None:
    stranger = client.application.test_client()
    paths = outputs(client.application, owned)
    assert len(paths) > 20
    texts = {path: EMPTY.sub("", stranger.get(path, headers=headers).text) for path in paths}
    assert {path: told for path, text in texts.items() if (told := [word for word in AMOUNTS if word in text])} == {}
    # Of the owner's own answers some do tell, or the words above would be the wrong ones.
    assert any(word in client.get(path, headers=headers).text for path in paths for word in AMOUNTS)


def test_what_a_stranger_evaluates_again_holds_no_money(
    client: FlaskClient, store: JobStore, owned: dict[str, str]
) -> None:
    stranger = client.application.test_client()
    for path, data in (("again", {}), ("destination", {"destinations": "Kamppi"})):
        made = stranger.post(f"/s/{owned['snapshot_id']}/{path}", data=data).location
        assert not [word for word in ("7654", "6543") if word in store.get_job(made.rsplit("/", 1)[1]).listing]


def test_it_is_shown_to_everyone_where_its_owner_chose_so(
    client: FlaskClient, steps: Steps, evaluate: Callable[..., Report]
) -> None:
    submit(client, **OVER, shares_money="yes")
    link = f"/s/{steps.finish(evaluate(**OVER, shares_money='yes'))}"
    stranger = client.application.test_client()
    for ending in ("", ".json", ".csv"):
        assert "It costs £7,654, and your limit is £6,543." in stranger.get(f"{link}{ending}").text


def test_the_owner_s_own_page_tells_previews_nothing(
    client: FlaskClient, steps: Steps, evaluate: Callable[..., Report]
) -> None:
    submit(client, **OVER)
    head = client.get(f"/s/{steps.finish(evaluate(**OVER))}").text.partition("</head>")[0]
    assert 'property="og:description"' in head
    assert [word for word in TELLING if word in head] == []


def test_a_stranger_who_changes_the_address_of_a_job_starts_without_money(client: FlaskClient, steps: Steps) -> None:
    job_id = submit(client, **OVER)
    steps.fail()
    assert "rent=" in client.get(f"/job/{job_id}").text
    page = client.application.test_client().get(f"/job/{job_id}").text
    assert "Change the address" in page
    assert "rent=" not in page
    assert "budget=" not in page


def test_nothing_changes_where_nothing_was_said_of_money(evaluate: Callable[..., Report]) -> None:
    report = evaluate(wants_laundry="yes")
    assert as_shared(report) is report
    assert report.listing == Listing(ADDRESS, wants_laundry=True)
