"""nginx and Caddy as the examples in deploy/ set them up, on free ports, in front of a real gunicorn."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.support.building import wait_for
from tests.support.folders import ROOT
from tests.support.serving import free_port

DEPLOY = ROOT / "deploy"
#: The name that the examples have, and what stands for it here.
EXAMPLE_NAME, NAME = "doorstep.example.org", "localhost"

NGINX = """
daemon off; pid {folder}/nginx.pid; error_log {folder}/main.log;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/doorstep.conf;
}}
"""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy that runs: its ports, the folder with its logs, and the certificate that it shows."""

    http_port: int
    https_port: int
    folder: Path
    certificate: Path

    @property
    def url(self) -> str:
        """Return where browsers find the site."""
        return f"https://{NAME}:{self.https_port}"

    def session(self, client: str = "127.0.0.1") -> requests.Session:
        """Return a browser that trusts the certificate and comes from an address of this machine."""
        session = requests.Session()
        session.trust_env = False  # the environment may name other certificates, which would win
        session.verify = str(self.certificate)
        session.mount("https://", From(client))
        session.mount("http://", From(client))
        return session


class From(requests.adapters.HTTPAdapter):
    """Connects from an address of one's own."""

    def __init__(self, address: str) -> None:
        self._address = address
        super().__init__()

    def init_poolmanager(self, *arguments: object, **settings: object) -> None:
        """Let every connection begin at the address."""
        super().init_poolmanager(*arguments, source_address=(self._address, 0), **settings)  # type: ignore[arg-type]


@contextmanager
def nginx(folder: Path, upstream_port: int) -> Iterator[Proxy]:
    """Run nginx with deploy/nginx.conf, and with the example for a path in the same server."""
    proxy = _prepared("nginx", folder)
    below = (DEPLOY / "nginx-below-a-path.conf").read_text()
    example = (DEPLOY / "nginx.conf").read_text().rstrip().removesuffix("}") + below + "}\n"
    _write(
        folder / "doorstep.conf",
        example,
        ("listen 80;", f"listen 127.0.0.1:{proxy.http_port};"),
        ("listen 443 ssl", f"listen 127.0.0.1:{proxy.https_port} ssl"),
        (EXAMPLE_NAME, NAME),
        ("127.0.0.1:8000", f"127.0.0.1:{upstream_port}"),
        ("/etc/ssl/doorstep.pem", str(proxy.certificate)),
        ("/etc/ssl/doorstep.key", str(folder / "key.pem")),
        ("/var/log/nginx/doorstep.log", str(folder / "doorstep.log")),
    )
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder))
    with _running(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], proxy):
        yield proxy


@contextmanager
def caddy(folder: Path, upstream_port: int) -> Iterator[Proxy]:
    """Run Caddy with deploy/Caddyfile, with a certificate of its own instead of a public one."""
    proxy = _prepared("caddy", folder)
    _write(
        folder / "Caddyfile",
        (DEPLOY / "Caddyfile").read_text(),
        ("{\n\tlog", f"{{\n\tadmin off\n\thttp_port {proxy.http_port}\n\thttps_port {proxy.https_port}\n\tlog"),
        (f"{EXAMPLE_NAME}}} {{\n", f"{EXAMPLE_NAME}}} {{\n\ttls {proxy.certificate} {folder}/key.pem\n"),
    )
    names = {"SITE": f"{NAME}:{proxy.https_port}", "UPSTREAM": f"127.0.0.1:{upstream_port}", "HOME": str(folder)}
    with _running(["caddy", "run", "--config", str(folder / "Caddyfile")], proxy, os.environ | names):
        yield proxy


def _prepared(program: str, folder: Path) -> Proxy:
    for needed in (program, "openssl"):
        if shutil.which(needed) is None:
            pytest.skip(f"{needed} is not on this machine")
    certificate = folder / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={NAME}"]
    command += ["-addext", f"subjectAltName=DNS:{NAME}", "-keyout", str(folder / "key.pem"), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return Proxy(free_port(), free_port(), folder, certificate)


def _write(path: Path, example: str, *changes: tuple[str, str]) -> None:
    """Write an example with what differs on this machine; each change must fit the example."""
    for before, after in changes:
        assert before in example, before
        example = re.sub(re.escape(before), lambda _, after=after: after, example)  # type: ignore[misc]
    path.write_text(example)


@contextmanager
def _running(command: list[str], proxy: Proxy, environment: dict[str, str] | None = None) -> Iterator[None]:
    with (proxy.folder / "output.log").open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment, cwd=proxy.folder)
    try:
        wait_for(lambda: _answers(proxy) or process.poll() is not None, 20)
        assert process.poll() is None, (proxy.folder / "output.log").read_text()
        yield
    finally:
        process.terminate()
        process.wait(20)


def _answers(proxy: Proxy) -> bool:
    try:
        proxy.session().get(f"{proxy.url}/healthz", timeout=2).close()
    except requests.RequestException:
        return False
    return True
