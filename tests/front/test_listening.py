"""Where the site listens, and sentences for what cannot be."""

from __future__ import annotations

import pytest

from app.errors import ConfigError
from app.front.listening import bind_address, processes


@pytest.mark.parametrize(
    ("environ", "bound"),
    [
        ({}, "127.0.0.1:8000"),
        ({"HOST": "0.0.0.0", "PORT": "80"}, "0.0.0.0:80"),
        ({"HOST": "::1"}, "[::1]:8000"),
        ({"HOST": "[::]"}, "[::]:8000"),
        ({"HOST": "localhost"}, "localhost:8000"),
        ({"HOST": "unix:/run/doorstep.sock"}, "unix:/run/doorstep.sock"),
    ],
)
def test_it_listens_where_it_is_told(environ: dict[str, str], bound: str) -> None:
    assert bind_address(environ) == bound


@pytest.mark.parametrize("host", ["", "127.0.0.1:80", "no host", "[::1", "http://site", "unix:", "unix:here.sock"])
def test_a_host_that_cannot_be_is_named(host: str) -> None:
    with pytest.raises(ConfigError, match="The setting HOST is wrong"):
        bind_address({"HOST": host})


@pytest.mark.parametrize("port", ["", "abc", "0", "65536", "80.5", "-1", "²", "9" * 5000])
def test_a_port_that_cannot_be_is_named(port: str) -> None:
    with pytest.raises(ConfigError, match="The setting PORT is wrong"):
        bind_address({"PORT": port})


def test_two_processes_serve_unless_told_otherwise() -> None:
    assert (processes({}), processes({"WEB_CONCURRENCY": "7"})) == (2, 7)


@pytest.mark.parametrize("number", ["0", "-1", "", "many", "65"])
def test_a_number_of_processes_that_cannot_be_is_named(number: str) -> None:
    with pytest.raises(ConfigError, match="The setting WEB_CONCURRENCY is wrong"):
        processes({"WEB_CONCURRENCY": number})
