"""Who has to go where there are too many: whoever takes most, and never one that is being answered."""

from __future__ import annotations

import itertools
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from gunicorn.config import Config

from app.front.company import Company
from app.front.connection import Connection, State
from app.front.limits import Limits

Connect = Callable[..., Connection]


@pytest.fixture
def company() -> Company:
    return Company()


@pytest.fixture
def connect(company: Company) -> Iterator[Connect]:
    """Give a function that connects a client, which is waited for unless said otherwise."""
    with ExitStack() as stack:
        settings, moments = Config(), itertools.count()

        def one(host: str, *, waits: bool = True) -> Connection:
            near, _ = map(stack.enter_context, socket.socketpair())
            connection = Connection(near, (host, 1), ("127.0.0.1", 80), settings, Limits())
            connection.since = next(moments)
            company.add(connection)
            if waits:
                company.wait_for(connection)
            return connection

        yield one


def test_the_longest_waiting_of_whoever_has_most_goes_first(company: Company, connect: Connect) -> None:
    connect("192.0.2.1")
    many = [connect("192.0.2.2") for _ in range(3)]
    assert company.least_missed() is many[0]


def test_who_keeps_us_waiting_goes_before_who_is_idle(company: Company, connect: Connect) -> None:
    for _ in range(3):
        connect("192.0.2.1", waits=False)
    slow = connect("192.0.2.2")
    assert company.least_missed() is slow


def test_the_longest_idle_goes_where_nobody_keeps_us_waiting(company: Company, connect: Connect) -> None:
    connect("192.0.2.1", waits=False)
    idle = [connect("192.0.2.2", waits=False) for _ in range(2)]
    assert company.least_missed() is idle[0]


def test_nobody_goes_who_is_being_answered(company: Company, connect: Connect) -> None:
    connect("192.0.2.1", waits=False).state = State.ANSWERING
    assert company.least_missed() is None


def test_a_network_of_the_new_kind_counts_as_one_client(company: Company, connect: Connect) -> None:
    for number in range(5):
        connect(f"2001:db8::{number}")
    assert company.waiting("2001:db8::/64") == 5


def test_who_holds_most_goes_where_all_hold_too_much(company: Company, connect: Connect) -> None:
    one, *many = (connect(host) for host in ("192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.2"))
    for size, connection in ((60, one), *enumerate(many, 40)):
        connection.incoming.buffer += b"x" * size
        company.count(connection)
    assert company.greediest() is many[-1]
    assert company.holds_more_than(180)
    assert not company.holds_more_than(183)


def test_what_a_connection_held_is_forgotten_with_it(company: Company, connect: Connect) -> None:
    connection = connect("192.0.2.1")
    connection.incoming.buffer += b"x" * 100
    company.count(connection)
    company.remove(connection)
    assert not company.holds_more_than(0)
    assert (len(company), company.waiting("192.0.2.1")) == (0, 0)
