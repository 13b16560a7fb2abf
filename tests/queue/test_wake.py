"""The wake-up: it reaches the same process and others, never gets in the way, and nothing but speed depends on it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.queue.wake.datagrams import LONGEST_FOLDER_BYTES, DatagramWakeUp, socket_folder
from tests.support.building import wait_for


def test_it_is_heard_in_the_same_process(tmp_path: Path) -> None:
    wake_up = DatagramWakeUp(tmp_path)
    event = wake_up.subscribe()
    assert not event.is_set()
    wake_up.notify()
    assert event.is_set()
    wake_up.unsubscribe(event)


LISTEN = """
import sys
from pathlib import Path
from app.queue.wake.datagrams import DatagramWakeUp
event = DatagramWakeUp(Path(sys.argv[1])).subscribe()
print("listening", flush=True)
print(event.wait(10), flush=True)
"""


def test_it_is_heard_in_another_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LISTEN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout
        assert listener.stdout.readline() == "listening\n"
        DatagramWakeUp(tmp_path).notify()
        assert listener.stdout.readline() == "True\n"


def test_nobody_need_listen(tmp_path: Path) -> None:
    DatagramWakeUp(tmp_path / "nowhere").notify()


def test_who_left_hears_nothing(tmp_path: Path) -> None:
    wake_up = DatagramWakeUp(tmp_path)
    event, other = wake_up.subscribe(), wake_up.subscribe()
    wake_up.unsubscribe(event)
    wake_up.notify()
    assert (event.is_set(), other.is_set()) == (False, True)
    wake_up.unsubscribe(other)


def test_the_last_to_leave_takes_the_socket_along(tmp_path: Path) -> None:
    wake_up = DatagramWakeUp(tmp_path)
    event = wake_up.subscribe()
    assert len(list(socket_folder(tmp_path).iterdir())) == 1
    wake_up.unsubscribe(event)
    assert list(socket_folder(tmp_path).iterdir()) == []
    wait_for(lambda: not any(thread.name == "doorstep-receiver" for thread in threading.enumerate()))


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind(os.fspath(folder / "4711-dead"))
    DatagramWakeUp(tmp_path).notify()
    assert list(folder.iterdir()) == []


def test_a_deaf_worker_holds_nobody_up(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path)
    folder.mkdir()

    def notify_often() -> None:
        for _ in range(2_000):
            DatagramWakeUp(tmp_path).notify()

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(os.fspath(folder / "4711-deaf"))
        # In a thread of its own: a sender that blocks must fail this test, not hang it.
        sender = threading.Thread(target=notify_often, daemon=True)
        sender.start()
        sender.join(20)
        assert not sender.is_alive()


def test_a_long_path_gives_way_to_the_temporary_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    assert len(os.fsencode(socket_folder(deep))) <= LONGEST_FOLDER_BYTES
    wake_up = DatagramWakeUp(deep)
    event = wake_up.subscribe()
    DatagramWakeUp(deep).notify()
    wait_for(event.is_set)
    wake_up.unsubscribe(event)


def test_without_a_socket_it_still_rings_inside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = socket_folder(tmp_path)
    folder.write_text("a file in the way")
    wake_up = DatagramWakeUp(tmp_path)
    event = wake_up.subscribe()
    wake_up.notify()
    assert event.is_set()
    assert "a second late" in caplog.text
    wake_up.unsubscribe(event)
    folder.unlink()
