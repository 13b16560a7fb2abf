"""Requests as the three kinds of client send them."""

from __future__ import annotations

import re

from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

HTMX = {"HX-Request": "true", "Accept": "text/html"}
JSON = {"Accept": "application/json"}
ADDRESS = "12 Bulevardi, Helsinki"


def submit(client: FlaskClient, address: str = ADDRESS, **fields: str) -> str:
    """Start an evaluation without JavaScript; return the job's id."""
    response = client.post("/", data={"address": address, **fields})
    assert response.status_code == 303, response.text
    return response.location.rsplit("/", 1)[1]


def soup(response: TestResponse) -> BeautifulSoup:
    """Parse an answer."""
    # A space at which no line ends is read like any other.
    return BeautifulSoup(response.text.replace("\u00a0", " "), "html.parser")


def visible_text(response: TestResponse) -> str:
    """Return what a person reads of an answer, white space folded."""
    return " ".join(soup(response).get_text(" ").split())


def without_ids(text: str) -> str:
    """Return a text without its random ids, in which any few letters or digits may stand by chance."""
    return re.sub(r"[0-9a-f]{32}(-\d+)?", "", text)
