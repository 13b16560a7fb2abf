"""The audit of the libraries: a finding fails, data that cannot be had is said, anything else fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.audit import audit
from tests.support.serving import free_port

UNSAFE = {
    "vulns": [
        {
            "id": "PYSEC-2026-1",
            "modified": "2026-01-01T00:00:00Z",
            "summary": "An example.",
            "affected": [
                {
                    "package": {"name": "flask", "ecosystem": "PyPI"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "3.1.4"}]}],
                }
            ],
        }
    ]
}


class Osv(BaseHTTPRequestHandler):
    """Answers as osv.dev does, and knows one fault of Flask."""

    def do_POST(self) -> None:
        """Say what is known of a library."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer = json.dumps(UNSAFE if asked["package"]["name"] == "flask" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def osv_url() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Osv) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
        server.shutdown()
        thread.join()


@pytest.fixture
def pinned(tmp_path: Path) -> Path:
    return tmp_path / "constraints.txt"


def test_it_fails_for_a_fault_that_is_known(osv_url: str, pinned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pinned.write_text("flask==3.1.3\nclick==8.5.1\n")
    assert audit(osv_url, pinned) == 1
    assert "flask 3.1.3 is known to be unsafe: PYSEC-2026-1, mended in 3.1.4." in capsys.readouterr().out


def test_it_is_content_where_no_fault_is_known(osv_url: str, pinned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pinned.write_text("click==8.5.1\n")
    assert audit(osv_url, pinned) == 0
    assert "1 libraries audited, 0 faults." in capsys.readouterr().out


def test_it_says_so_where_the_data_cannot_be_had(pinned: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pinned.write_text("flask==3.1.3\n")
    assert audit(f"http://127.0.0.1:{free_port()}/v1/query", pinned) == 0
    assert capsys.readouterr().out.startswith("The libraries were not audited:")


def test_it_fails_where_it_cannot_read_the_libraries(
    osv_url: str, pinned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pinned.write_text("flask>=3\n")
    assert audit(osv_url, pinned) == 1
    assert capsys.readouterr().out.startswith("The audit of the libraries failed:")
