"""Watching without JavaScript."""

from __future__ import annotations

from flask.testing import FlaskClient

from tests.support.asking import soup, submit
from tests.support.queue_steps import Steps


def refresh_of(client: FlaskClient, url: str) -> list[str]:
    """Return the timed refreshes that a page asks for when scripts are off."""
    return [str(tag["content"]) for tag in soup(client.get(url)).select('noscript meta[http-equiv="refresh"]')]


def links(client: FlaskClient, url: str) -> dict[str, str]:
    """Return the links for those without JavaScript."""
    return {link.get_text(strip=True): str(link["href"]) for link in soup(client.get(url)).select("main noscript a")}


def test_it_refreshes_while_the_job_is_live(client: FlaskClient) -> None:
    assert refresh_of(client, f"/job/{submit(client)}") == ["5"]


def test_it_offers_to_refresh_now_and_to_stop(client: FlaskClient) -> None:
    url = f"/job/{submit(client)}"
    assert links(client, url) == {"Refresh now": url, "Stop refreshing": f"{url}?refresh=off"}


def test_it_stops_refreshing_and_offers_to_go_on(client: FlaskClient) -> None:
    url = f"/job/{submit(client)}"
    stopped = f"{url}?refresh=off"
    assert refresh_of(client, stopped) == []
    assert links(client, stopped) == {"Refresh now": stopped, "Refresh every 5 seconds": url}


def test_it_does_not_refresh_what_has_ended(client: FlaskClient, steps: Steps) -> None:
    url = f"/job/{submit(client)}"
    steps.fail()
    assert refresh_of(client, url) == []
    assert links(client, url) == {}
