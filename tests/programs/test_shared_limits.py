"""The limits of one client hold over all web processes: real gunicorn, two workers, a connection for each request."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from app.config import Config
from app.queue import open_store
from tests.support.building import wait_for
from tests.support.serving import Site, serve

CHANGES, READS, LIVE = 30, 40, 5
#: Each answers before the bucket has filled by as many again.
SENDERS = 8


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve pages with low limits and without a worker, so that every evaluation stays under way."""
    settings = {
        "DOORSTEP_TRUSTED_PROXIES": "1",
        "DOORSTEP_OPERATOR_TOKEN": "right",
        "DOORSTEP_CLIENT_CHANGES_PER_MINUTE": str(CHANGES),
        "DOORSTEP_CLIENT_READS_PER_MINUTE": str(READS),
        "DOORSTEP_MAX_LIVE_JOBS_PER_CLIENT": str(LIVE),
    }
    pages = ("--workers", "2", "--threads", "4", "--worker-class", "gthread", "app:create_app()")
    with serve(tmp_path_factory.mktemp("limited"), *pages, **settings) as served:
        yield served


def statuses(site: Site, method: str, path: str, client: str, times: int, **more: str) -> tuple[list[int], float]:
    """Send the same from one address many times at once; return what came back, and in how many seconds."""
    headers = {"X-Forwarded-For": client, "Accept": "application/json", **more}

    def send(number: int) -> int:
        data = {"address": f"{number} Main Street"} if method == "POST" else None
        return requests.request(method, site.url + path, headers=headers, data=data, timeout=30).status_code

    began = time.monotonic()
    with ThreadPoolExecutor(SENDERS) as pool:
        return list(pool.map(send, range(times))), time.monotonic() - began


def holders(site: Site) -> set[int]:
    """Return the processes that count in the shared file."""
    found = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == site.data_dir / "limits" / "requests":
                found.add(int(link.parts[2]))
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("method", "path", "answered", "burst"),
    [("POST", "/job/x/cancel", 404, CHANGES), ("GET", "/s/x", 404, READS), ("GET", "/queue?token=x", 404, 10)],
    ids=["changes", "reads", "guesses"],
)
def test_a_client_has_one_allowance_in_all_processes(
    limited: Site, method: str, path: str, answered: int, burst: int
) -> None:
    found, seconds = statuses(limited, method, path, f"2001:db8:{burst}::1", burst + 40)
    assert set(found) == {answered, 429}
    assert burst <= found.count(answered) <= burst + seconds * burst / 60 + 1
    # The same block, another address of it; and another block.
    assert statuses(limited, method, path, f"2001:db8:{burst}::2", 1)[0] == [429]
    assert statuses(limited, method, path, f"2001:db8:{burst}:1::1", 1)[0] == [answered]


def test_a_token_has_one_allowance_wherever_it_is_shown(limited: Site) -> None:
    store = open_store(Config(data_dir=limited.data_dir))
    bearer = f"Bearer {store.create_token('agency', 50, 20)}"
    store.db.close()
    began = time.monotonic()
    found, _ = statuses(limited, "GET", "/s/x", "192.0.2.50", 30, Authorization=bearer)
    more, _ = statuses(limited, "GET", "/s/x", "192.0.2.51", 20, Authorization=bearer)
    assert set(found) == {404, 429}
    assert 20 <= (found + more).count(404) <= 20 + (time.monotonic() - began) * 20 / 60 + 1


def test_all_processes_take_part(limited: Site) -> None:
    statuses(limited, "POST", "/job/x/cancel", "192.0.2.77", 40)
    assert len(holders(limited)) == 2


def test_without_cookies_exactly_so_many_evaluations_are_under_way(limited: Site) -> None:
    found, _ = statuses(limited, "POST", "/", "192.0.2.1", 20)
    assert sorted(found) == [202] * LIVE + [429] * (20 - LIVE)
    assert statuses(limited, "POST", "/", "192.0.2.2", 1)[0] == [202]


def test_a_killed_process_neither_keeps_a_lock_nor_gives_the_allowance_anew(limited: Site) -> None:
    began = time.monotonic()
    found, _ = statuses(limited, "POST", "/job/x/cancel", "192.0.2.9", CHANGES)
    assert found.count(404) >= CHANGES - 1
    before = holders(limited)
    for process in before:
        os.kill(process, signal.SIGKILL)
    wait_for(lambda: not before & holders(limited), 10)
    wait_for(lambda: is_up(limited), 20)
    found, _ = statuses(limited, "POST", "/job/x/cancel", "192.0.2.9", CHANGES)
    assert found.count(404) <= (time.monotonic() - began) * CHANGES / 60 + 1
    assert found.count(429) > 0


def is_up(site: Site) -> bool:
    """Return whether somebody answers."""
    try:
        return requests.get(f"{site.url}/healthz", timeout=1).ok
    except requests.RequestException:
        return False
