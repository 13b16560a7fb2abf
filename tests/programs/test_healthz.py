"""`/healthz` never touches the disk: a full or hanging one must not make a manager end a process that lives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import requests

from tests.support.folders import ROOT
from tests.support.serving import serve

#: Asks as browsers, proxies and programs do, once to warm up and then with an ear on all that Python asks the system.
LISTENING = """
import sys
from pathlib import Path
from app.seeing import files
folder = Path(sys.argv[1])
files.share(folder)
from app import create_app
from app.config import Config
application = create_app(Config(data_dir=folder, trusted_proxies=1, log_requests=1))
client = application.test_client()
client.get("/healthz")
client.post("/", data={"address": "12 Bulevardi"})  # the client now has a cookie, and the database is open
cookie = client.get_cookie("doorstep") or client.get_cookie("doorstep", path="/")
asked = []
ASKING = ("open", "os", "sqlite3", "shutil", "socket", "subprocess", "fcntl", "mmap")
def hear(event, arguments):
    if event.split(".")[0] in ASKING:
        asked.append(event)
sys.addaudithook(hear)
for headers in ({}, {"HX-Request": "true"}, {"Authorization": "Bearer guess"}, {"X-Forwarded-For": "10.0.0.1"}):
    for path in ("/healthz", "/healthz?token=guess"):
        assert client.get(path, headers=headers).status_code == 200
        assert client.head(path, headers=headers).status_code == 200
print(sorted(set(asked)))
client.get("/readyz")
print("heard" if asked else "deaf")
"""


def test_it_asks_nothing_of_the_system(tmp_path: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", LISTENING, str(tmp_path)]
    run = subprocess.run(command, cwd=ROOT, env=environ, check=True, capture_output=True, text=True)
    assert run.stdout.split() == ["[]", "heard"]


def test_it_answers_without_a_data_folder(tmp_path: Path) -> None:
    folder = tmp_path / "var"
    folder.mkdir()
    with serve(folder, "-c", "gunicorn_config.py", "app:create_app()", WEB_CONCURRENCY="1") as site:
        requests.post(f"{site.url}/", data={"address": "12 Bulevardi"}, timeout=10)
        shutil.move(folder, tmp_path / "elsewhere")
        for _ in range(5):
            assert requests.get(f"{site.url}/healthz", timeout=5).text == "ok\n"
        shutil.move(tmp_path / "elsewhere", folder)
