"""What programs do with a running site: curl with a cookie jar, and what they wait for."""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.serving import PATIENCE_SECONDS, Site

#: What the sample region knows, and what it has to ask about.
KNOWN, ASKED_ABOUT = "12 Bulevardi, Helsinki", "Alepa"

_sizes = itertools.count(20)


@dataclass(frozen=True, slots=True)
class Answer:
    """What curl got."""

    status: int
    media: str
    body: str

    @property
    def json(self) -> Any:
        """Return the body as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Shell:
    """A folder where commands are typed; the file `cookies` in it makes it one owner, or a token."""

    site: Site
    folder: Path
    token: str = ""

    def run(self, command: str, **placeholders: str) -> Answer:
        """Run one curl command as it is written, with ids for its placeholders."""
        for name, value in placeholders.items():
            command = command.replace(name, value)
        ending = r" -w '\n%{http_code} %{content_type}'"
        done = subprocess.run(
            ["sh", "-c", command + ending], cwd=self.folder, capture_output=True, text=True, check=True, timeout=60
        )
        body, _, last = done.stdout.rpartition("\n")
        status, _, media = last.partition(" ")
        return Answer(int(status), media.partition(";")[0], body)

    def curl(self, path: str, *options: str) -> Answer:
        """Ask for JSON as this folder's owner."""
        shown = [f"-H 'Authorization: Bearer {self.token}'"] if self.token else []
        words = ["curl -s -b cookies -c cookies -H 'Accept: application/json'", *shown, *options]
        return self.run(" ".join([*words, f"'{self.site.url}{path}'"]))

    def job(self, address: str, status: str) -> str:
        """Send a listing like no other and wait until its evaluation stands like that; return its id."""
        job_id = self.curl("/", f"-d 'address={address}&size_m2={next(_sizes)}'").json["job_id"]
        self.wait_for(job_id, status)
        return str(job_id)

    def wait_for(self, job_id: str, status: str) -> Any:
        """Return the job once it stands like that."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (job := self.curl(f"/job/{job_id}").json)["status"] != status:
            assert time.monotonic() < deadline, job
            time.sleep(0.1)
        return job

    def batch(self) -> str:
        """Return the id of a new batch, once none of an earlier one is under way."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        body = json.dumps({"listings": [{"address": KNOWN, "size_m2": next(_sizes)}]})
        while "batch_id" not in (made := self.curl("/batch", f"--json '{body}'").json):
            assert time.monotonic() < deadline, made
            time.sleep(0.1)
        return str(made["batch_id"])

    def shared_list(self, snapshot_id: str) -> str:
        """Put a report on this folder's list, and return the end of the link by which it is kept together."""
        self.curl("/shortlist/add", f"-d s={snapshot_id}")
        shared = self.curl("/shortlist/share", "-d sharing=together").json["together_url"]
        return str(shared).rpartition("/")[2]

    def report(self, address: str = KNOWN) -> str:
        """Return the id of a new report."""
        job_id = self.job(address, "done")
        return str(self.curl(f"/job/{job_id}").json["snapshot_id"])
