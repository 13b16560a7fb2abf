"""Who is counted together, and for how many connections there is room."""

from __future__ import annotations

import subprocess
import sys

import pytest

from app.front.limits import OTHER_FILES, client_of
from tests.support.folders import ROOT


@pytest.mark.parametrize(
    ("address", "client"),
    [
        (("192.0.2.7", 1234), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1234, 0, 0), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1234, 0, 0), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::7", 1234, 0, 0), "2001:db8:1:2::/64"),
        (("2001:db8:1:3::7", 1234, 0, 0), "2001:db8:1:3::/64"),
        (("fe80::1%eth0", 1234, 0, 2), "fe80::/64"),
        ("", None),
        (b"", None),
    ],
)
def test_addresses_of_one_client_are_counted_together(address: object, client: str | None) -> None:
    assert client_of(address) == client


def room_where_allowed(soft: int, hard: int, wanted: int = 2000) -> tuple[int, int]:
    """Return how many connections a process that may open so many files has room for, and how many it may open then."""
    program = (
        f"import resource; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}));"
        f"from app.front.limits import room_for_connections; print(room_for_connections({wanted}),"
        "resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    room, files = ran.stdout.split()
    return int(room), int(files)


def test_a_process_allows_itself_the_files_that_its_connections_need() -> None:
    assert room_where_allowed(1024, 4096) == (2000, 2000 + OTHER_FILES)


def test_there_are_fewer_connections_where_the_system_allows_no_more_files() -> None:
    assert room_where_allowed(256, 1024) == (1024 - OTHER_FILES, 1024)


def test_there_are_some_connections_even_where_next_to_nothing_is_allowed() -> None:
    assert room_where_allowed(256, 256) == (64, 256)


def test_nothing_is_changed_where_there_is_enough() -> None:
    assert room_where_allowed(4096, 4096) == (2000, 4096)
