"""The bell: heard in the same process and in others, never in the way, and not needed to be right."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.queue import wake
from app.queue.wake import Bell, socket_folder
from tests.support.building import wait_for


def test_it_is_heard_in_the_same_process(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    event = bell.listen()
    assert not event.is_set()
    bell.ring()
    assert event.is_set()
    bell.leave(event)


LISTEN = """
import sys
from pathlib import Path
from app.queue.wake import Bell
event = Bell(Path(sys.argv[1])).listen()
print("listening", flush=True)
print(event.wait(10), flush=True)
"""


def test_it_is_heard_in_another_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LISTEN, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout
        assert listener.stdout.readline() == "listening\n"
        Bell(tmp_path).ring()
        assert listener.stdout.readline() == "True\n"


def test_nobody_need_listen(tmp_path: Path) -> None:
    Bell(tmp_path / "nowhere").ring()


def test_who_left_hears_nothing(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    event, other = bell.listen(), bell.listen()
    bell.leave(event)
    bell.ring()
    assert (event.is_set(), other.is_set()) == (False, True)
    bell.leave(other)


def test_the_last_to_leave_takes_the_socket_along(tmp_path: Path) -> None:
    bell = Bell(tmp_path)
    event = bell.listen()
    assert len(list(socket_folder(tmp_path).iterdir())) == 1
    bell.leave(event)
    assert list(socket_folder(tmp_path).iterdir()) == []
    wait_for(lambda: not any(thread.name == "doorstep-ear" for thread in threading.enumerate()))


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as dead:
        dead.bind(os.fspath(folder / "4711-dead"))
    Bell(tmp_path).ring()
    assert list(folder.iterdir()) == []


def test_a_deaf_worker_does_not_hold_up_the_ringer(tmp_path: Path) -> None:
    folder = socket_folder(tmp_path)
    folder.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(os.fspath(folder / "4711-deaf"))
        bell = Bell(tmp_path)
        for _ in range(2_000):
            bell.ring()
    bell.ring()


def test_a_long_path_gives_way_to_the_temporary_folder(tmp_path: Path) -> None:
    deep = tmp_path / ("deep" * 30)
    assert len(os.fsencode(socket_folder(deep))) <= wake.LONGEST_FOLDER_BYTES
    bell = Bell(deep)
    event = bell.listen()
    Bell(deep).ring()
    wait_for(event.is_set)
    bell.leave(event)


def test_without_a_socket_it_still_rings_inside(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "wake").write_text("a file in the way")
    bell = Bell(tmp_path)
    event = bell.listen()
    bell.ring()
    assert event.is_set()
    assert "a second late" in caplog.text
    bell.leave(event)
