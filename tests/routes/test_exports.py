"""A report as JSON with its schema, as a table, and as points on a map."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator

from app.atlas.importing.importer import RegionInput, import_region
from app.atlas.regions import RegionStore
from app.pipeline.report import Finding, FoundPlace, Group, Report, State
from tests.support.asking import submit
from tests.support.folders import SAMPLES
from tests.support.queue_steps import Steps
from tests.support.real_reports import SAMPLE_LISTINGS, sample_reports
from tests.support.reports import VERDICT, commuting_report, report, unknown_report

#: RFC 7946 leaves positions open; these are what a report holds: points, longitude first.
GEOJSON = {
    "type": "object",
    "required": ["type", "features"],
    "properties": {
        "type": {"const": "FeatureCollection"},
        "features": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["type", "geometry", "properties"],
                "properties": {
                    "type": {"const": "Feature"},
                    "id": {"type": ["string", "number"]},
                    "properties": {"type": "object"},
                    "geometry": {
                        "type": ["object", "null"],
                        "required": ["type", "coordinates"],
                        "additionalProperties": False,
                        "properties": {
                            "type": {"enum": ["Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"]},
                            "coordinates": {"type": "array", "minItems": 1},
                        },
                    },
                },
            },
        },
    },
}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    """Evaluate twelve addresses of the sample regions."""
    folder = tmp_path_factory.mktemp("samples")
    for name in ("helsinki", "monaco"):
        import_region(RegionStore(folder), name, RegionInput(SAMPLES / f"{name}.osm.pbf"))
    return list(sample_reports(folder))


def link_of(client: FlaskClient, steps: Steps, stored: Report) -> str:
    submit(client)
    return f"/s/{steps.finish(stored)}"


def rows(client: FlaskClient, link: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"{link}.csv").text, newline="")))


def errors_of(client: FlaskClient, document: object) -> Iterator[str]:
    schema = client.get("/schema/report.json").json
    Draft202012Validator.check_schema(schema)
    for error in Draft202012Validator(schema).iter_errors(document):
        yield f"{error.json_path}: {error.message}"


@pytest.mark.parametrize("number", range(len(SAMPLE_LISTINGS)))
def test_real_reports_are_as_the_schema_says(
    client: FlaskClient, steps: Steps, real: list[Report], number: int
) -> None:
    document = client.get(f"{link_of(client, steps, real[number])}.json").json
    assert list(errors_of(client, document)) == []


@pytest.mark.parametrize("stored", [report(), unknown_report(), commuting_report()], ids=["full", "blind", "commuting"])
def test_reports_of_every_shape_are_as_the_schema_says(client: FlaskClient, steps: Steps, stored: Report) -> None:
    document = client.get(f"{link_of(client, steps, stored)}.json").json
    assert list(errors_of(client, document)) == []


def test_the_schema_refuses_what_is_no_report(client: FlaskClient, steps: Steps) -> None:
    document = client.get(f"{link_of(client, steps, report())}.json").json
    document["report"]["verdict"]["score"] = "many"
    del document["report"]["findings"][0]["summary"]
    assert len(list(errors_of(client, document))) == 2
    assert list(errors_of(client, {}))


def test_the_schema_says_what_it_is(client: FlaskClient) -> None:
    response = client.get("/schema/report.json")
    assert response.mimetype == "application/schema+json"
    assert response.json["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "unknown" in json.dumps(response.json)


def test_the_table_has_a_row_for_each_thing(client: FlaskClient, steps: Steps) -> None:
    link = link_of(client, steps, report())
    response = client.get(f"{link}.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith("attachment; filename=")
    assert response.text.splitlines()[0] == "record,section,kind,name,note,minutes,metres,lat,lon"
    found = {(row["record"], row["name"]): row for row in rows(client, link)}
    shop = found["place", "S-market"]
    assert (shop["kind"], shop["minutes"], shop["metres"], shop["lat"], shop["lon"]) == (
        *("supermarket", "2.2", "180.0"),
        *("60.16", "24.93"),
    )
    assert found["line", "6 to Hietalahti"]["minutes"] == "3.1"
    assert found["check", "Railway"]["metres"] == "42.0"
    assert found["trip", "Airport"]["minutes"] == ""
    assert found["home", "Bulevardi 12, Helsinki"]["lat"] == "60.1637"


@pytest.mark.parametrize("name", ["=1+1", "+49 Café", "-2 Bar", "@home", "\tTab", "＝1+1", '=HYPERLINK("http://x")'])
def test_a_name_is_never_a_formula(client: FlaskClient, steps: Steps, name: str) -> None:
    place = FoundPlace(name, "café", 1.0, 80.0, -60.0, -24.0)
    finding = Finding(
        stage="neighborhood",
        title="Needs",
        state=State.MEASURED,
        summary="One.",
        groups=(Group("cafe", "Cafés", 1.0, 1, 1, (place,)),),
    )
    (row,) = [row for row in rows(client, link_of(client, steps, report(VERDICT, finding))) if row["kind"] == "café"]
    assert row["name"] == f"'{name}"
    # Numbers stay numbers, those below zero too.
    assert (row["lat"], row["lon"]) == ("-60.0", "-24.0")


def test_names_with_commas_quotes_and_lines_come_back_whole(client: FlaskClient, steps: Steps) -> None:
    name = 'Bar "Ö", upstairs\nand down'
    place = FoundPlace(name, "bar", 1.0, 80.0, 60.0, 24.0)
    group = Group("bar", "Bars", 1.0, 1, 1, (place,))
    finding = Finding(stage="neighborhood", title="Needs", state=State.MEASURED, summary="One.", groups=(group,))
    assert name in [row["name"] for row in rows(client, link_of(client, steps, report(VERDICT, finding)))]


@pytest.mark.parametrize("number", range(0, len(SAMPLE_LISTINGS), 3))
def test_points_are_geojson_and_near_the_home(
    client: FlaskClient, steps: Steps, real: list[Report], number: int
) -> None:
    response = client.get(f"{link_of(client, steps, real[number])}.geojson")
    assert response.mimetype == "application/geo+json"
    collection = response.json
    Draft202012Validator(GEOJSON).validate(collection)
    home, *others = collection["features"]
    places = [each for each in others if each["properties"]["record"] == "place"]
    assert home["properties"]["record"] == "home"
    lon, lat = home["geometry"]["coordinates"]
    assert (lat, lon) == pytest.approx((real[number].location.lat, real[number].location.lon))
    assert len(places) > 10
    for place in places:
        there_lon, there_lat = place["geometry"]["coordinates"]
        assert abs(there_lat - lat) < 0.1
        assert abs(there_lon - lon) < 0.1
    keys = [(place["properties"]["name"], *place["geometry"]["coordinates"]) for place in places]
    assert len(set(keys)) == len(keys)


def test_a_place_that_several_sections_name_is_one_point(client: FlaskClient, steps: Steps, real: list[Report]) -> None:
    link = link_of(client, steps, real[0])
    named = {(row["name"], row["lat"], row["lon"]) for row in rows(client, link) if row["record"] == "place"}
    features = client.get(f"{link}.geojson").json["features"]
    assert len([each for each in features if each["properties"]["record"] == "place"]) == len(named)


def test_what_the_checks_found_is_there_without_a_shape_once_the_data_is_gone(
    client: FlaskClient, steps: Steps
) -> None:
    features = client.get(f"{link_of(client, steps, report())}.geojson").json["features"]
    railway = next(each for each in features if each.get("id") == "rail")
    assert railway["geometry"] is None
    told = {key: railway["properties"][key] for key in ("record", "name", "outcome", "metres", "direction")}
    assert told == {"record": "hazard", "name": "Railway", "outcome": "warn", "metres": 42.0, "direction": None}
    assert "flood" not in [each.get("id") for each in features]


@pytest.mark.parametrize("ending", [".json", ".csv", ".geojson"])
def test_there_is_nothing_of_a_report_that_is_not_there(client: FlaskClient, ending: str) -> None:
    assert client.get(f"/s/nothing{ending}").status_code == 404


@pytest.mark.parametrize("ending", [".csv", ".geojson"])
def test_who_has_it_is_told_so(client: FlaskClient, steps: Steps, ending: str) -> None:
    link = link_of(client, steps, report())
    first = client.get(f"{link}{ending}")
    again = client.get(f"{link}{ending}", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert first.headers["Cache-Control"] == "private, no-cache"
