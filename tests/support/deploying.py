"""What the files for deploying say, and ways to do as they say without the machine that they are made for.

`python -m tests.support.deploying FOLDER` does the steps of the Dockerfile in a folder, for want of an engine: a fresh
environment with all that is installed, the files that are copied, and then the command and the health check.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import requests
from dockerfile_parse import DockerfileParser
from pathspec import PathSpec

from tests.support.building import wait_for
from tests.support.folders import ROOT
from tests.support.serving import Site, free_port

#: Where the programs of this environment are, such as gunicorn and flask.
PROGRAMS = Path(sys.executable).parent
STOP_SECONDS = 35
#: A first start imports regions before anything answers.
START_SECONDS = 90


class Dockerfile:
    """The instructions of the Dockerfile, and the image that they lay out."""

    def __init__(self, path: Path = ROOT / "Dockerfile") -> None:
        with path.open("rb") as file:
            steps = DockerfileParser(fileobj=file).structure
        self._steps = [(step["instruction"], step["value"]) for step in steps if step["instruction"] != "COMMENT"]

    def last(self, instruction: str) -> str:
        """Return what the last instruction of a kind says."""
        return [value for name, value in self._steps if name == instruction][-1]

    def command(self, instruction: str = "CMD") -> list[str]:
        """Return the words of a command that is written as a JSON list, after any options."""
        said = self.last(instruction)
        return [str(word) for word in json.loads(said[said.index("[") :])]

    def environment(self) -> dict[str, str]:
        """Return the variables that the image sets."""
        pairs = [word.partition("=") for name, value in self._steps if name == "ENV" for word in shlex.split(value)]
        return {name: value for name, _, value in pairs}

    def copied(self) -> list[tuple[list[str], str]]:
        """Return what the stages copy out of the repository, and where to below their working folder."""
        words = [shlex.split(value) for name, value in self._steps if name == "COPY" and not value.startswith("--from")]
        return [(each[:-1], each[-1]) for each in words]

    def installed(self) -> list[str]:
        """Return the commands of the first stage, which makes the environment with all libraries."""
        first_stage = [name for name, _ in self._steps[1:]].index("FROM") + 1
        return [value for name, value in self._steps[:first_stage] if name == "RUN"]

    def lay_out(self, folder: Path) -> None:
        """Copy into a folder what goes into the image's working folder, and nothing else."""
        last_stage = [name for name, _ in self._steps][::-1].index("FROM")
        steps = self._steps[-last_stage:]
        for name, value in steps:
            if name == "COPY" and not value.startswith("--from"):
                *sources, target = shlex.split(value)
                for source in sources:
                    _copy(source, folder / target)


def _copy(source: str, target: Path) -> None:
    """Copy as COPY does: a folder's content, a file to a name or into a folder, and nothing that is ignored."""
    if (ROOT / source).is_dir():
        for path in sent_to_the_engine(source):
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / source / path, target / path)
    else:
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / source, target / Path(source).name)


def ignored() -> PathSpec:
    """Return what .dockerignore keeps out; the last line that fits decides, as in .gitignore."""
    return PathSpec.from_lines("gitignore", (ROOT / ".dockerignore").read_text().splitlines())


def sent_to_the_engine(folder: str) -> Iterator[str]:
    """Yield the files below a folder that .dockerignore lets through, each relative to it."""
    spec = ignored()
    for path in (ROOT / folder).rglob("*"):
        if path.is_file() and not spec.match_file(path.relative_to(ROOT).as_posix()):
            yield path.relative_to(ROOT / folder).as_posix()


@contextmanager
def started(
    command: Sequence[str], folder: Path, data_dir: Path, settings: Mapping[str, str], programs: Path = PROGRAMS
) -> Iterator[Site]:
    """Run a command that starts the site in a folder, and stop it as a service manager does; it must end well."""
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name in ("HOME", "LANG", "TMPDIR")},
        **settings,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "PORT": str(port),
        "DOORSTEP_DATA_DIR": str(data_dir),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    log_path = data_dir / "start.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(lambda: _answers(port) or process.poll() is not None, START_SECONDS)
        assert process.poll() is None, log_path.read_text()
        yield Site(f"http://127.0.0.1:{port}", data_dir, process.pid)
        os.killpg(process.pid, signal.SIGTERM)
        assert process.wait(STOP_SECONDS) == 0, log_path.read_text()
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _answers(port: int) -> bool:
    try:
        requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
    except requests.RequestException:
        return False
    return True


def wait_until_ready(site: Site) -> None:
    """Wait until the site can evaluate."""
    wait_for(lambda: requests.get(f"{site.url}/readyz", timeout=5).status_code == 200, 30)


def main(folder: Path) -> None:
    """Do the steps of the Dockerfile in an empty folder, each path of the image below it, and start the site."""
    dockerfile, work, data_dir = Dockerfile(), folder / "srv", folder / "data"
    dockerfile.lay_out(work)
    shutil.copy(ROOT / "constraints.txt", work)
    shutil.copy(ROOT / "README.md", work)
    data_dir.mkdir()
    for command in dockerfile.installed():
        subprocess.run(command.replace("/opt/venv", str(folder / "venv")), cwd=work, shell=True, check=True)
    programs = folder / "venv" / "bin"
    with started(dockerfile.command(), work, data_dir, dockerfile.environment(), programs) as site:
        wait_until_ready(site)
        port = site.url.rpartition(":")[2]
        check = [str(programs / "python"), *dockerfile.command("HEALTHCHECK")[1:]]
        subprocess.run(check, cwd=work, env={"PORT": port}, check=True)
        print(f"It runs, and the health check says so: {site.url}/readyz: {requests.get(f'{site.url}/readyz').text}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
