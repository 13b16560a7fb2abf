"""Several hosts of one site on this machine: each with its own data folder, name, and network where that is allowed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.support.building import wait_for
from tests.support.folders import ROOT
from tests.support.gunicorn_site import children

NO_NAMESPACES = (
    "NO NETWORK NAMESPACES: several hosts were tested on loopback alone, not with networks of their own. "
    "Run the tests as root where `ip netns add` is permitted."
)
SECRET_KEY = "several hosts, one key: " + "k" * 40
PORT = 8000
_ASKING = """
import sys, time, requests
from concurrent.futures import ThreadPoolExecutor

def ask(_):
    began = time.monotonic()
    status = requests.get(sys.argv[1], timeout=120).status_code
    return status, time.monotonic() - began

with ThreadPoolExecutor(64) as threads:
    for status, seconds in threads.map(ask, range(int(sys.argv[2]))):
        print(status, seconds)
"""


class Network:
    """A bridge of this machine, to which each host is connected by a cable of its own."""

    def __init__(self) -> None:
        self._number = os.getpid() % 65_536
        self.name = f"ds{self._number}"
        self._prefix = f"10.{self._number >> 8}.{self._number & 255}"
        self.address = f"{self._prefix}.1"
        self._hosts = 0

    def make(self) -> None:
        """Make the bridge; skip the test, loudly, where that is not permitted."""
        made = subprocess.run(["ip", "link", "add", self.name, "type", "bridge"], capture_output=True, check=False)
        probe = subprocess.run(["ip", "netns", "add", f"{self.name}p"], capture_output=True, check=False)
        if made.returncode or probe.returncode:
            self.remove()
            pytest.skip(NO_NAMESPACES)
        _run("ip", "addr", "add", f"{self.address}/24", "dev", self.name)
        _run("ip", "link", "set", self.name, "up")

    def connect(self) -> tuple[str, str]:
        """Make a namespace with a cable to the bridge; return its name and its address."""
        self._hosts += 1
        name, address = f"{self.name}h{self._hosts}", f"{self._prefix}.{self._hosts + 1}"
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", f"{name}b", "type", "veth", "peer", "name", "eth0", "netns", name)
        _run("ip", "link", "set", f"{name}b", "master", self.name, "up")
        _run("ip", "-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        _run("ip", "-n", name, "link", "set", "eth0", "up")
        _run("ip", "-n", name, "link", "set", "lo", "up")
        return name, address

    def plug(self, name: str, *, out: bool) -> None:
        """Pull the cable of a host out, or put it in again: its processes notice nothing but silence."""
        _run("ip", "link", "set", f"{name}b", *(("nomaster",) if out else ("master", self.name)))

    def remove(self) -> None:
        """Remove the bridge and all namespaces."""
        names = [f"{self.name}p", *(f"{self.name}h{number + 1}" for number in range(self._hosts))]
        for name in names:
            subprocess.run(["ip", "netns", "del", name], capture_output=True, check=False)
        subprocess.run(["ip", "link", "del", self.name], capture_output=True, check=False)


class Host:
    """A host of the site: a data folder, an address, and the processes that were started on it."""

    def __init__(self, folder: Path, database: str, network: Network | None = None) -> None:
        self.folder = folder
        self.name = folder.name
        folder.mkdir(exist_ok=True)
        self.log = folder / "log"
        self._database = database
        self._network = network
        #: Where its web process answers, "" while it has none.
        self.url = ""
        self._processes: list[subprocess.Popen[bytes]] = []
        self.namespace, self.address = network.connect() if network else ("", "127.0.0.1")

    def start(self, *command: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start a program of Python on the host."""
        environ = {
            **os.environ,
            "DOORSTEP_DATA_DIR": str(self.folder),
            "DOORSTEP_DATABASE_URL": self._database,
            "DOORSTEP_SECRET_KEY": SECRET_KEY,
            "DOORSTEP_OPERATOR_TOKEN": "let-me-in",
            **settings,
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [*self._inside(), sys.executable, "-m", *command], cwd=ROOT, env=environ, stdout=log, stderr=log
            )
        self._processes.append(process)
        return process

    def serve(self, **settings: str) -> str:
        """Start a web process without a worker; return the site's address as this host has it."""
        port = settings.pop("port", str(PORT))
        listen = {"HOST": self.address, "PORT": port, "WEB_CONCURRENCY": "1", "DOORSTEP_WORKER": "off"}
        self.start("gunicorn", "-c", "gunicorn_config.py", "app:create_app()", **listen, **settings)
        self.url = f"http://{self.address}:{port}"
        return self.url

    def work(self, evaluation: str = "", **settings: str) -> subprocess.Popen[bytes]:
        """Start a `flask worker`, with an evaluation of the tests if one is named."""
        module = ("tests.support.worker_for_tests",) if evaluation else ("flask", "--app", "app", "worker")
        process = self.start(*module, TEST_EVALUATION=evaluation, **settings)
        wait_for(lambda: "takes jobs" in self.log.read_text() or process.poll() is not None, 60)
        assert process.poll() is None, self.log.read_text()
        return process

    @property
    def newest_pid(self) -> int:
        """The process that was started last."""
        return self._processes[-1].pid

    def ask_from_within(self, path: str, times: int) -> list[tuple[int, float]]:
        """Ask the site on this host so many times at once, from the host itself; return statuses and seconds."""
        command = [*self._inside(), sys.executable, "-c", _ASKING, f"http://{self.address}:{PORT}{path}", str(times)]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=180)
        return [(int(status), float(seconds)) for status, seconds in map(str.split, done.stdout.splitlines())]

    def cut_off(self) -> None:
        """Pull the host's cable."""
        assert self._network is not None
        self._network.plug(self.namespace, out=True)

    def connect_again(self) -> None:
        """Put the host's cable in again."""
        assert self._network is not None
        self._network.plug(self.namespace, out=False)

    def kill(self) -> None:
        """Kill what was started here, with all that it started."""
        for process in self._processes:
            for pid in [process.pid, *_family(process.pid)]:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            process.wait()

    def _inside(self) -> Sequence[str]:
        if self._network is None:
            return ()
        inside = ("ip", "netns", "exec", self.namespace)
        return (*inside, "unshare", "--uts", "sh", "-c", f'hostname {self.name}; exec "$@"', "sh")


@contextmanager
def network() -> Iterator[Network]:
    """Make a network as long as the block lasts; skip the test, loudly, where that is not permitted."""
    if shutil.which("ip") is None or shutil.which("unshare") is None or os.geteuid():
        pytest.skip(NO_NAMESPACES)
    made = Network()
    made.make()
    try:
        yield made
    finally:
        made.remove()


def _family(pid: int) -> list[int]:
    return [each for child in children(pid) for each in (child, *_family(child))]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
