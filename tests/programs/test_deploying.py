"""The files for deploying, each doing what it says: image, compose file, Procfile, render.yaml, systemd unit."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.support.deploying import PROGRAMS, Dockerfile, ignored, started, wait_until_ready
from tests.support.folders import ROOT
from tests.support.serving import Site, free_port, wait_until_up

UNIT = ROOT / "deploy" / "doorstep.service"


def needs(program: str) -> str:
    """Return where a program is; the test is skipped where it is not."""
    found = shutil.which(program, path=f"{PROGRAMS}:{os.environ['PATH']}")
    if found is None:
        pytest.skip(f"{program} is not on this machine")
    return found


def read_yaml(name: str) -> Any:
    """Return a file of the repository."""
    return yaml.safe_load((ROOT / name).read_text())


# --- the image --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The working folder of the image, with what is copied into it."""
    folder = tmp_path_factory.mktemp("image")
    Dockerfile().lay_out(folder)
    return folder


@pytest.fixture(scope="module")
def container(image: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The image's command, run in its folder with its settings."""
    dockerfile = Dockerfile()
    with started(dockerfile.command(), image, tmp_path_factory.mktemp("data"), dockerfile.environment()) as site:
        yield site


def test_the_dockerfile_has_no_fault_that_is_known() -> None:
    subprocess.run([needs("hadolint"), str(ROOT / "Dockerfile")], check=True)


def test_the_image_is_made_of_files_that_are_there() -> None:
    spec = ignored()
    for sources, _ in Dockerfile().copied():
        for source in sources:
            assert (ROOT / source).exists(), source
            assert not spec.match_file(source), source


@pytest.mark.parametrize(
    "path", [".git/config", ".venv/bin/python", "var/secret.key", "tests/conftest.py", "docs/queue.md", ".env"]
)
def test_nothing_else_is_sent_to_the_engine(path: str) -> None:
    assert ignored().match_file(path)


def test_the_container_is_nobody_in_particular_and_writes_to_one_volume() -> None:
    dockerfile = Dockerfile()
    assert dockerfile.last("USER") == "10001"
    assert dockerfile.last("VOLUME") == dockerfile.environment()["DOORSTEP_DATA_DIR"] == "/data"


def test_the_container_starts_with_the_sample_regions(container: Site) -> None:
    wait_until_ready(container)
    assert "Central Helsinki" in requests.get(f"{container.url}/regions", timeout=10).text


def test_the_container_writes_nothing_beside_its_volume(container: Site, image: Path, tmp_path: Path) -> None:
    Dockerfile().lay_out(tmp_path)
    assert requests.get(container.url, timeout=10).status_code == 200
    assert {path.relative_to(image) for path in image.rglob("*")} == {
        path.relative_to(tmp_path) for path in tmp_path.rglob("*")
    }


def test_the_health_check_tells_a_site_that_answers_from_one_that_does_not(container: Site, image: Path) -> None:
    for port, code in ((container.url.rpartition(":")[2], 0), (str(free_port()), 1)):
        environment = {"PORT": port, "PATH": str(PROGRAMS)}
        done = subprocess.run(Dockerfile().command("HEALTHCHECK"), cwd=image, env=environment, capture_output=True)
        assert done.returncode == code


def test_the_compose_file_is_one() -> None:
    command = [needs("check-jsonschema"), "--builtin-schema", "vendor.compose-spec", str(ROOT / "compose.yaml")]
    subprocess.run(command, check=True, capture_output=True)


def test_the_compose_file_keeps_the_volume_of_the_image() -> None:
    composed = read_yaml("compose.yaml")
    assert composed["services"]["doorstep"]["volumes"] == ["data:/data"]
    assert set(composed["volumes"]) == {"data", "certificates"}
    assert composed["services"]["doorstep"]["environment"]["DOORSTEP_TRUSTED_PROXIES"] == "1"


# --- hosting services -------------------------------------------------------------------------------


def test_the_line_of_the_procfile_starts_the_site(tmp_path: Path) -> None:
    name, _, line = (ROOT / "Procfile").read_text().strip().partition(": ")
    assert name == "web"
    with started(["sh", "-c", line], ROOT, tmp_path, {"SAMPLES": ""}) as site:
        assert "No region has been imported" in requests.get(f"{site.url}/readyz", timeout=10).text


def test_render_starts_the_site_on_its_disk(tmp_path: Path) -> None:
    (service,) = read_yaml("render.yaml")["services"]
    settings = {each["key"]: each["value"] for each in service["envVars"]}
    assert settings["DOORSTEP_DATA_DIR"] == service["disk"]["mountPath"]
    with started(["bash", "-c", service["startCommand"]], ROOT, tmp_path, settings | {"SAMPLES": ""}) as site:
        assert requests.get(site.url + service["healthCheckPath"], timeout=5).status_code == 200


def test_render_installs_what_the_site_needs() -> None:
    (service,) = read_yaml("render.yaml")["services"]
    assert re.findall(r"pip install .*", (ROOT / "Dockerfile").read_text()) == [service["buildCommand"]]


# --- systemd ----------------------------------------------------------------------------------------


class UnitFile(configparser.RawConfigParser):
    """A unit's sections; names keep their capitals."""

    def optionxform(self, optionstr: str) -> str:
        """Return the name as it is."""
        return optionstr


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit, for the program that is here."""
    written = tmp_path / UNIT.name
    written.write_text(UNIT.read_text().replace("/opt/doorstep/.venv/bin", str(PROGRAMS)))
    return written


def service() -> configparser.SectionProxy:
    """Return what the unit says of its service."""
    parser = UnitFile(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.read(UNIT)
    return parser["Service"]


def test_systemd_takes_the_unit(unit: Path) -> None:
    done = subprocess.run([needs("systemd-analyze"), "verify", str(unit)], capture_output=True, text=True)
    assert [line for line in done.stderr.splitlines() if unit.name in line] == []
    assert done.returncode == 0


def test_systemd_calls_the_unit_well_confined(unit: Path) -> None:
    command = [needs("systemd-analyze"), "security", "--offline=true", "--threshold=20", str(unit)]
    assert subprocess.run(command, capture_output=True).returncode == 0


def test_the_unit_gives_the_site_its_whole_time_to_stop() -> None:
    import gunicorn_config

    assert service()["KillMode"] == "mixed"
    assert int(service()["TimeoutStopSec"]) > gunicorn_config.graceful_timeout


def test_the_unit_starts_the_site_and_hears_when_it_is_up(unit: Path, tmp_path: Path) -> None:
    command = shlex.split(service()["ExecStart"].replace("/opt/doorstep/.venv/bin", str(PROGRAMS)))
    port, heard = free_port(), tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(heard))
        manager.settimeout(90)
        environment = os.environ | {
            "PORT": str(port),
            "NOTIFY_SOCKET": str(heard),
            "DOORSTEP_DATA_DIR": str(tmp_path),
        }
        with (tmp_path / "log").open("wb") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=log)
        try:
            assert b"READY=1" in manager.recv(4096)
            wait_until_up(f"http://127.0.0.1:{port}", tmp_path / "log")
            process.send_signal(signal.SIGTERM)
            assert process.wait(int(service()["TimeoutStopSec"])) == 0
        finally:
            process.kill()


def test_the_unit_lets_the_site_know_which_boot_it_is() -> None:
    assert service().get("ProcSubset", "all") == "all"
    assert service()["ProtectProc"] == "invisible"
