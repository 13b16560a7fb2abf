"""What is said of a job that waits for a live service."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from app.config import Config
from app.queue.jobs import Status
from app.queue.waiting import wait_of
from app.sources.live.services import asked_of_each
from tests.views.test_job import JOB

ON = Config(live="on", contact="me@example.org")
ASKING = JOB._replace(waits_for="nominatim", waits_since=1_004.0)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.4, "0 s"), (2.0, "2 s"), (59.9, "59 s"), (60.2, "1 min"), (125.0, "2 min 5 s"), (-30.0, "0 s")],
)
def test_it_says_for_how_long(seconds: float, said: str) -> None:
    wait = wait_of(ASKING, 1_004.0 + seconds, ON)
    assert wait
    assert (
        wait.sentence == f"Asking OpenStreetMap's address search (Nominatim) for the position of this address, {said}"
    )


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.RUNNING])
def test_only_a_running_job_asks(status: Status) -> None:
    assert wait_of(ASKING, 1_006.0, ON)
    assert wait_of(ASKING._replace(status=status), 1_006.0, ON) is None
    assert wait_of(JOB, 1_006.0, ON) is None


def test_what_an_earlier_try_waited_for_is_over() -> None:
    assert wait_of(ASKING._replace(started_at=1_004.0), 1_006.0, ON)
    assert wait_of(ASKING._replace(started_at=1_005.0), 1_006.0, ON) is None


def test_a_service_that_is_not_known_here_is_told_without_its_name() -> None:
    wait = wait_of(ASKING._replace(waits_for="tomorrow's"), 1_005.0, ON)
    assert wait
    assert wait.sentence == "Asking another service, 1 s"


def test_every_service_that_can_be_set_has_its_words() -> None:
    addresses = {setting.name.removesuffix("_url") for setting in fields(Config) if setting.name.endswith("_url")}
    addresses.remove("database")  # no service
    assert addresses | {"ratings"} == asked_of_each(ON).keys()


def test_a_service_at_an_address_of_one_s_own_is_not_called_openstreetmap_s() -> None:
    own = replace(ON, overpass_url="http://127.0.0.1:9")
    wait = wait_of(ASKING._replace(waits_for="overpass"), 1_005.0, own)
    assert wait
    assert wait.sentence == "Asking Overpass for streets and places, 1 s"
