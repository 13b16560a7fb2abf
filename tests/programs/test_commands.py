"""Every command that the page and the docs show, run as it is written; each answer is as the description says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from bs4 import BeautifulSoup
from jsonschema import Draft202012Validator

from tests.support.folders import ROOT
from tests.support.programs import ASKED_ABOUT, Answer, Shell
from tests.support.serving import Site

DOCS = ROOT / "docs" / "api.md"
#: Where the docs think that the site is.
DOCUMENTED = "http://127.0.0.1:8000"


@pytest.fixture
def shell(site: Site, tmp_path: Path) -> Shell:
    return Shell(site, tmp_path)


@cache
def description(url: str) -> Any:
    return requests.get(f"{url}/api/openapi.json", timeout=10).json()


def on_page(site: Site) -> list[str]:
    page = BeautifulSoup(requests.get(f"{site.url}/api", timeout=10).text, "html.parser")
    return [code.get_text() for code in page.select("pre.command code")]


def in_docs(site: Site) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```", DOCS.read_text(), re.MULTILINE | re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [line.replace(DOCUMENTED, site.url) for line in lines if line.startswith("curl ")]


def placeholders_of(command: str, shell: Shell, token: str) -> dict[str, str]:
    """Bring the site into the state in which a command makes sense; return what its placeholders stand for."""
    told = {"OPERATOR-TOKEN": "OPERATOR-TOKEN"} if "OPERATOR-TOKEN" in command else {"TOKEN": token}
    if "/answer" in command or "/cancel" in command:
        told["JOB"] = shell.job(ASKED_ABOUT, "asking")
    elif "/retry" in command:
        told["JOB"] = shell.job(ASKED_ABOUT, "asking")
        shell.curl(f"/job/{told['JOB']}/cancel", "-X POST")
    elif "JOB" in command:
        told["JOB"] = shell.job("12 Bulevardi, Helsinki", "done")
    if "SNAPSHOT" in command:
        told["SNAPSHOT"] = shell.report()
    if "BATCH" in command:
        told["BATCH"] = shell.batch()
    if "/shortlist/" in command or "LIST" in command:
        told["LIST"] = shell.shared_list(told.get("SNAPSHOT") or shell.report())
    if "OTHER" in command:
        told["OTHER"] = shell.report("20 Bulevardi, Helsinki")
    return told


def described_path(path: str) -> str:
    """Return the path of a command with its placeholders as the description names them."""
    names = {"JOB": "job_id", "SNAPSHOT": "snapshot_id", "BATCH": "batch_id", "LIST": "link"}
    return re.sub("|".join(names), lambda found: f"{{{names[found[0]]}}}", path)


def check(answer: Answer, command: str, site: Site) -> None:
    """Compare an answer with the description."""
    document = description(site.url)
    link = urlsplit(re.search(r"http://[^\s']+", command)[0])  # type: ignore[index]
    method = "post" if re.search(r" (-d|--data|--json|-X POST|--data-urlencode) ?", command) else "get"
    path = described_path(link.path)
    if path not in document["paths"]:
        assert answer.status == 200, command
        assert answer.media in ("text/csv", "image/svg+xml", "text/html"), command
        return
    said = document["paths"][path][method]["responses"]
    assert answer.status == min(map(int, said)), (command, answer)
    if answer.status == 204:
        assert not answer.body
        return
    content = said[str(answer.status)]["content"]
    assert answer.media in content, command
    schema = {**content[answer.media]["schema"], "components": document["components"]}
    Draft202012Validator(schema).validate(answer.json)


def test_there_are_commands_to_run(site: Site) -> None:
    assert len(on_page(site)) > 20
    assert len(in_docs(site)) > 5


def test_each_command_of_the_page_does_what_it_says(site: Site, shell: Shell, token: str) -> None:
    for command in on_page(site):
        check(shell.run(command, **placeholders_of(command, shell, token)), command, site)


def test_each_command_of_the_docs_does_what_it_says(site: Site, shell: Shell, token: str) -> None:
    for command in in_docs(site):
        check(shell.run(command, **placeholders_of(command, shell, token)), command, site)


def test_the_page_shows_every_operation(site: Site) -> None:
    shown = set(commands_by_operation(on_page(site)))
    described = {(path, method) for path, methods in description(site.url)["paths"].items() for method in methods}
    assert described <= shown


def commands_by_operation(commands: list[str]) -> Iterator[tuple[str, str]]:
    for command in commands:
        path = urlsplit(re.search(r"http://[^\s']+", command)[0]).path  # type: ignore[index]
        yield described_path(path), "post" if re.search(r" (-d|--json|-X POST) ?", command) else "get"
