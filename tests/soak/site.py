"""The site under test: gunicorn as it is run, its processes, and what they hold."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.support.building import wait_for
from tests.support.folders import ROOT, SAMPLES
from tests.support.gunicorn_site import children
from tests.support.serving import free_port, wait_until_up

REGIONS = ("monaco", "helsinki")
#: Jobs that may wait before the site says that it is full: few enough to be finished when the run ends.
LINE = 100


@dataclass(frozen=True, slots=True)
class Held:
    """What one process holds: its own memory in kB, and its open files by what they are."""

    own_kb: int
    files: int
    sockets: int
    #: Files that are open or mapped although nothing names them any more.
    nameless: tuple[str, ...]


class Site:
    """`gunicorn -c gunicorn_config.py` on a data folder with the sample regions."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / "gunicorn.log"
        for name in REGIONS:
            self.flask("region", "import", str(SAMPLES / f"{name}.osm.pbf"), "--name", name)
        with self.log.open("ab") as log:
            command = [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", "app:create_app()"]
            self.arbiter = subprocess.Popen(command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log)
        wait_until_up(f"http://127.0.0.1:{self.port}", self.log)
        wait_for(lambda: self.whole, 60)

    def _environment(self, folder: Path | None = None) -> dict[str, str]:
        # Every client of the run has an address of its own, as behind a proxy: they all come from one machine.
        return os.environ | {
            "PORT": str(self.port),
            "WEB_CONCURRENCY": "2",
            "DOORSTEP_DATA_DIR": str(folder or self.folder),
            "DOORSTEP_TRUSTED_PROXIES": "1",
            "DOORSTEP_MAX_LIVE_JOBS": str(LINE),
        }

    def flask(self, *arguments: str, folder: Path | None = None) -> str:
        """Run one of the commands and return what it prints; it must succeed."""
        command = [sys.executable, "-m", "flask", "--app", "app", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment(folder), capture_output=True, text=True)
        assert done.returncode == 0, f"flask {' '.join(arguments)}: {done.stdout}{done.stderr}"
        return done.stdout

    def workers(self) -> list[int]:
        """Return the web processes, the oldest first."""
        return sorted(children(self.arbiter.pid), key=_started)

    @property
    def whole(self) -> bool:
        """Return whether both web processes are up, each with its evaluator."""
        workers = self.workers()
        return len(workers) == 2 and all(children(worker) for worker in workers)

    def reload(self) -> None:
        """Send SIGHUP and wait until two new web processes have taken the place of those before."""
        before = set(self.workers())
        self.arbiter.send_signal(signal.SIGHUP)
        wait_for(lambda: self.whole and not before & set(self.workers()), 60)

    def kill_the_newest(self) -> int:
        """Kill the web process that was started last and return its id; the other one lives on."""
        newest = self.workers()[-1]
        os.kill(newest, signal.SIGKILL)
        return newest

    def wal_bytes(self) -> int:
        """Return how long the database's write-ahead log is."""
        return (self.folder / "doorstep.sqlite-wal").stat().st_size

    def stop(self) -> int:
        """Stop it as a service manager does and return its exit code."""
        self.arbiter.send_signal(signal.SIGTERM)
        return self.arbiter.wait(60)

    def kill(self) -> None:
        """Kill whatever is left."""
        for pid in self.processes():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.arbiter.wait()

    def processes(self) -> list[int]:
        """Return every process that was started for this folder, whoever is its parent by now."""
        mine = f"DOORSTEP_DATA_DIR={self.folder}".encode()
        return [pid for pid in _all_processes() if mine in _read(pid, "environ").split(b"\0") and _started(pid)]

    def orphans(self) -> list[int]:
        """Return those of the processes whose parent is gone."""
        processes = self.processes()
        return [pid for pid in processes if _parent(pid) not in (*processes, os.getpid())]


def held_by(pid: int) -> Held | None:
    """Return what a process holds, None if it is gone."""
    status = _read(pid, "status").decode()
    if "RssAnon:" not in status:
        return None
    own_kb = int(status.partition("RssAnon:")[2].split()[0])
    opened = list(_opened(pid))
    sockets = sum(name.startswith("socket:") for name in opened)
    mapped = {line.split(maxsplit=5)[5] for line in _read(pid, "maps").decode().splitlines() if "(deleted)" in line}
    nameless = {name for name in (*opened, *mapped) if "(deleted)" in name and "/regions/" in name}
    return Held(own_kb, len(opened) - sockets, sockets, tuple(sorted(nameless)))


def _opened(pid: int) -> Iterator[str]:
    with suppress(OSError):
        for link in Path(f"/proc/{pid}/fd").iterdir():
            with suppress(OSError):
                yield str(link.readlink())


def _all_processes() -> list[int]:
    return [int(path.name) for path in Path("/proc").iterdir() if path.name.isdigit()]


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _stat(pid: int) -> list[bytes]:
    """Return the fields of a process after its name; empty if it is gone, or only a zombie."""
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return [] if not fields or fields[0] in b"ZX" else fields


def _parent(pid: int) -> int:
    fields = _stat(pid)
    return int(fields[1]) if fields else 0


def _started(pid: int) -> int:
    """Return when a process started, in clock ticks since boot; 0 if it is gone."""
    fields = _stat(pid)
    return int(fields[19]) if fields else 0
