"""schemathesis asks the running site whatever its description allows, and what it does not allow, and finds nothing.

It runs as a process of its own: its warnings and its hooks into pytest are no part of these tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.support.programs import ASKED_ABOUT, Shell
from tests.support.serving import Site

#: What is compared with the description in every answer. Left out: that all which the description allows is taken (an
#: address may be any text, and be none for all that), and that nobody without a cookie gets anything from an owner's
#: operation (404 says so, where it looks for 401).
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
)
#: One seed, and few examples of each operation: the same questions on every day, in less than a minute.
SEED, EXAMPLES = "20261127", "25"


@pytest.fixture
def described(site: Site, token: str, tmp_path: Path) -> Path:
    """Write the description with ids that there are beside those that there are not."""
    document = requests.get(f"{site.url}/api/openapi.json", timeout=10).json()
    shell = Shell(site, tmp_path, token)
    jobs = [shell.job(ASKED_ABOUT, "asking"), shell.job(ASKED_ABOUT, "asking"), "nothing"]
    reports = [*(shell.report() for _ in range(4)), "nothing", f"{'0' * 32}-1"]
    batches, links = [shell.batch(), "nothing"], [shell.shared_list(reports[0]), "nothing"]
    for path, methods in document["paths"].items():
        # What is deleted is asked about nowhere else.
        of_path = [shell.report()] if path.endswith("/delete") else reports
        for operation in methods.values():
            ids = {
                "job_id": jobs,
                "snapshot_id": of_path,
                "batch_id": [*batches, "nothing"],
                "link": [*links, "nothing"],
            }
            name_ids(operation["parameters"], ids)
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(document))
    return file


def name_ids(parameters: list[dict[str, Any]], ids: dict[str, list[str]]) -> None:
    """Let ids in paths, and the reports that are compared, be among those."""
    for parameter in parameters:
        if parameter["in"] == "path":
            parameter["schema"] = {"type": "string", "enum": ids[parameter["name"]]}
        elif parameter["name"] == "s":
            parameter["schema"]["items"] = {"type": "string", "enum": ids["snapshot_id"][:-2]}


def test_it_finds_nothing(site: Site, token: str, described: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run", str(described), "--url", site.url),
            *("--header", "Accept: application/json", "--header", f"Authorization: Bearer {token}"),
            *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
            *("--seed", SEED, "--max-examples", EXAMPLES, "--generation-database", "none"),
            *("--continue-on-failure", "--no-color", "--request-timeout", "20"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr
