"""moto's S3 server in a process of its own on loopback: it knows one user, and checks every request's signature."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import boto3
import requests

from tests.support.building import wait_for
from tests.support.serving import free_port

BUCKET = "doorstep"
MAY_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
#: What is done before requests are checked: the user, its key, what it may do, and the bucket.
FIRST_STEPS = 4


@dataclass(frozen=True, slots=True)
class S3Server:
    """A running server and the keys of its user."""

    url: str
    key: str
    secret: str

    @property
    def environment(self) -> dict[str, str]:
        """The usual environment of whoever asks it."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_DEFAULT_REGION": "us-east-1",
        }


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run the server with one bucket until the block ends."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        env=os.environ | {"INITIAL_NO_AUTH_ACTION_COUNT": str(FIRST_STEPS)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        wait_for(lambda: _is_up(url), 60.0)
        yield _with_user(url)
    finally:
        process.terminate()
        process.wait(10)


def _is_up(url: str) -> bool:
    try:
        return requests.get(f"{url}/moto-api/data.json", timeout=1).status_code == 200
    except requests.ConnectionError:
        return False


def _with_user(url: str) -> S3Server:
    session = boto3.session.Session("nobody", "nothing", region_name="us-east-1")
    iam, s3 = session.client("iam", endpoint_url=url), session.client("s3", endpoint_url=url)
    iam.create_user(UserName="doorstep")
    made = iam.create_access_key(UserName="doorstep")["AccessKey"]
    iam.put_user_policy(UserName="doorstep", PolicyName="all", PolicyDocument=json.dumps(MAY_ALL))
    s3.create_bucket(Bucket=BUCKET)
    return S3Server(url, made["AccessKeyId"], made["SecretAccessKey"])
