"""How much of a request is read at all, and in which form."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient

from app.pipeline.listing import MAX_ADDRESS_LENGTH, MAX_LINK_LENGTH
from app.web.security.reading import MAX_BODY_BYTES, MAX_FIELDS_BYTES, MAX_LINK_BYTES, MAX_PARTS
from tests.support.asking import ADDRESS, JSON, visible_text


@pytest.mark.parametrize("path", ["/", "/shortlist/add", "/job/x/cancel", "/job/x/answer"])
def test_a_body_has_a_largest_size(client: FlaskClient, path: str) -> None:
    for kind in ("application/x-www-form-urlencoded", "application/json"):
        response = client.post(path, data=b"a" * (MAX_BODY_BYTES + 1), content_type=kind, headers=JSON)
        # What needs no body does not read it, and says what else is wrong.
        assert response.status_code in ((413,) if path in ("/", "/shortlist/add") else (404, 413))


def test_a_form_has_a_largest_number_of_parts(client: FlaskClient) -> None:
    def parts(number: int) -> dict[str, str]:
        return {"address": ADDRESS, **{f"field{at}": "x" for at in range(number - 1)}}

    assert client.post("/", data=parts(MAX_PARTS), content_type="multipart/form-data").status_code == 303
    assert client.post("/", data=parts(MAX_PARTS + 1), content_type="multipart/form-data").status_code == 413


def test_the_fields_of_a_batch_have_a_largest_size_beside_its_file(client: FlaskClient) -> None:
    text = "1 Main Street\n" * (MAX_FIELDS_BYTES // 14 + 1)
    response = client.post("/batch", data={"addresses": text}, content_type="multipart/form-data")
    assert response.status_code == 413
    table = io.BytesIO(b"address\n" + b"1 Main Street, Newport\n" * 150)
    assert client.post("/batch", data={"file": (table, "homes.csv")}).status_code == 303


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("1 " + "a" * (MAX_ADDRESS_LENGTH - 2), 303),
        ("1 " + "a" * (MAX_ADDRESS_LENGTH - 1), 422),
        ("https://www.openstreetmap.org/" + "a" * (MAX_LINK_LENGTH - 29), 422),
    ],
)
def test_an_address_has_a_largest_length(client: FlaskClient, text: str, status: int) -> None:
    assert client.post("/", data={"address": text}).status_code == status


def test_a_link_has_a_largest_length(client: FlaskClient) -> None:
    assert client.get(f"/?address={'a' * (MAX_LINK_BYTES - 20)}").status_code == 200
    response = client.get(f"/?address={'a' * MAX_LINK_BYTES}")
    assert response.status_code == 414
    assert "too long to be read" in visible_text(response)


def test_a_link_says_other_letters_by_percent_signs(client: FlaskClient) -> None:
    assert client.get("/", query_string="address=%C3%A9%FF").status_code == 200
    assert client.get("/", environ_overrides={"QUERY_STRING": "address=\xe9"}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 3_000 + b"]" * 3_000,
        b'{"address":' * 3_000 + b"1" + b"}" * 3_000,
        b'{"address": ' + b"9" * 4_400 + b"}",
        b'{"address": "\\ud800 Street 1"}',
        b'{"address": "1 Main", "rent": NaN}',
        b'{"address": "1 Main", "rent": 1e999}',
        b'{"address": "1 Main"',
    ],
    ids=["deep list", "deep object", "long number", "half a letter", "no number", "endless number", "cut short"],
)
@pytest.mark.parametrize("path", ["/", "/batch", "/shortlist/add"])
def test_json_is_read_as_its_standard_has_it(client: FlaskClient, path: str, body: bytes) -> None:
    response = client.post(path, data=body, content_type="application/json", headers=JSON)
    assert response.status_code == 422
    assert "Send" in response.json["detail"]


def test_json_with_any_letters_is_read(client: FlaskClient) -> None:
    body = '{"address": "1 \\ud83d\\ude00 Straße \\u00e9"}'
    assert client.post("/", data=body.encode(), content_type="application/json", headers=JSON).status_code == 202
