"""Which process holds a claim, and whether it is gone; and processes that end with the one that started them."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import sys
from pathlib import Path

PROC = Path("/proc")
#: prctl(2): the signal a process gets when its parent dies.
_PR_SET_PDEATHSIG = 1


def end_with_parent() -> None:
    """On Linux, end with the parent even while native code holds the interpreter and nobody reads from a pipe."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def identity(pid: int | None = None) -> str:
    """Return a name for a process that no other on this machine ever has, or "" if the system does not tell.

    It is made of boot, process namespace, process id and start time: process ids alone are used again.
    """
    pid = os.getpid() if pid is None else pid
    machine, started = _machine(), _started(pid)
    return f"{machine}/{pid}/{started}" if machine and started else ""


def is_gone(name: str, *, one_machine: bool = True) -> bool:
    """Return whether the process of that name is certainly gone; False if that cannot be known.

    Where all are on `one_machine`, as with SQLite, another boot means gone: whoever wrote before this boot was on it.
    """
    machine = _machine()
    boot, _, rest = name.partition("/")
    if not machine or not rest:
        return False
    if boot != machine.partition("/")[0]:
        return one_machine
    return name.startswith(machine + "/") and not lives(name)


def lives(name: str) -> bool:
    """Return whether the process of that name is certainly alive; False if that cannot be known."""
    machine = _machine()
    if not machine or not name.startswith(machine + "/"):
        return False
    pid, _, started = name.removeprefix(machine + "/").partition("/")
    return _started(int(pid)) == started


@functools.cache
def _machine() -> str:
    """Return the current boot and process namespace; "" on systems without /proc."""
    try:
        boot = (PROC / "sys/kernel/random/boot_id").read_text()[:13]  # 48 of its bits tell boots apart
        namespace = str((PROC / "self/ns/pid").readlink()).strip("pid:[]")
    except OSError:
        return ""
    return f"{boot}/{namespace}"


def _started(pid: int) -> str:
    """Return when a process started, in clock ticks since boot; "" if there is none, or only a zombie."""
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        state, started = fields[0], fields[19]
    except (OSError, IndexError):
        return ""
    return "" if state in "ZX" else started
