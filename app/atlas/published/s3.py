"""A bucket of an S3-compatible server as a store of builds, by boto3.

Keys, region and server are those of the usual environment: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
AWS_DEFAULT_REGION, AWS_ENDPOINT_URL, AWS_CA_BUNDLE, a profile, or the role of the machine. None of them is ever shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from app.atlas.published.stores import Reader
from app.errors import BadRegionStore, RegionStoreTrouble

try:
    import boto3
    from boto3.exceptions import Boto3Error
    from boto3.s3.transfer import TransferConfig
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
    from botocore.exceptions import ConnectionError as NoConnection
except ImportError:  # the extra doorstep[s3] is not installed; whoever names such a store is told so
    boto3 = None

#: Seconds until a server that cannot be reached, or falls silent, is given up; and how often a request is sent.
CONNECT_SECONDS, READ_SECONDS, TRIES = 10, 60, 4
#: Files above this go up in parts of this size, a few at a time: so much is in memory.
PART_BYTES, PARTS_AT_ONCE = 16 << 20, 4
#: Only Amazon's own server answers to a name for each bucket everywhere.
AMAZON = (".amazonaws.com", ".amazonaws.com.cn")

#: What a server answers, in words.
REASONS = {
    "NoSuchBucket": "has no bucket of this name",
    "AccessDenied": "denies this host the access",
    "403": "denies this host the access",
    "SignatureDoesNotMatch": "does not accept the secret key of this host",
    "InvalidAccessKeyId": "does not know the access key of this host",
    "404": "has no bucket of this name",
}


class S3Store:
    """What `app.atlas.published.stores.Store` promises. Large files stream, up in parts."""

    def __init__(self, bucket: str, prefix: str) -> None:
        """Take a bucket and the beginning of all keys. Raises BadRegionStore where boto3 or a setting is missing."""
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        if boto3 is None:
            raise BadRegionStore(store=self.name, why="boto3 is not installed; install doorstep[s3]")
        try:
            self._client = _client()
        except (BotoCoreError, ValueError) as error:
            raise BadRegionStore(store=self.name, why=f"its settings are wrong ({type(error).__name__})") from error

    @property
    def name(self) -> str:
        """The place as it is written: "s3://bucket/prefix"."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def sizes(self, prefix: str) -> dict[str, int]:
        """Return the bytes of every file whose key begins so, by key. Raises RegionStoreTrouble."""
        found: dict[str, int] = {}
        with self._explained():
            pages = self._client.get_paginator("list_objects_v2")
            for page in pages.paginate(Bucket=self._bucket, Prefix=self._prefix + prefix):
                for each in page.get("Contents", ()):
                    found[each["Key"].removeprefix(self._prefix)] = each["Size"]
        return found

    def put(self, path: Path, key: str) -> None:
        """Put a file there, in place of one of the same key. Raises RegionStoreTrouble."""
        parts = TransferConfig(
            multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=PARTS_AT_ONCE
        )
        with self._explained():
            self._client.upload_file(str(path), self._bucket, self._prefix + key, Config=parts)

    @contextmanager
    def opened(self, key: str, offset: int = 0) -> Iterator[Reader]:
        """Open a file from a byte on. Raises FileNotFoundError or RegionStoreTrouble."""
        try:
            asked = {"Range": f"bytes={offset}-"} if offset else {}
            body = self._client.get_object(Bucket=self._bucket, Key=self._prefix + key, **asked)["Body"]
        except ClientError as error:
            if _code(error) == "NoSuchKey":
                raise FileNotFoundError(key) from error
            raise self._trouble(error) from error
        except BotoCoreError as error:
            raise self._trouble(error) from error
        with closing(body):
            yield _Told(self, body)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, Boto3Error, HTTPClientError) as error:
            raise self._trouble(error) from error

    def _trouble(self, error: Exception) -> RegionStoreTrouble:
        """Return what an error means, in words that hold no key and no header."""
        if isinstance(error, ClientError):
            code = _code(error)
            why = REASONS.get(code, f"refuses a request ({code})")
        elif isinstance(error, Boto3Error):  # an upload that failed holds the reason as its cause
            cause = error.__cause__ or error.__context__
            if isinstance(cause, (ClientError, BotoCoreError)):
                return self._trouble(cause)
            why = "did not take a file"
        elif isinstance(error, NoCredentialsError):
            why = "needs keys, and this host has none: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        elif isinstance(error, (HTTPClientError, NoConnection)):
            why = f"cannot be reached ({type(error).__name__})"
        else:
            why = f"cannot be used ({type(error).__name__})"
        return RegionStoreTrouble(store=self.name, why=why)


class _Told:
    """A body whose errors are those of its store."""

    def __init__(self, store: S3Store, body: Any) -> None:
        self._store, self._body = store, body

    def read(self, size: int, /) -> bytes:
        """Return up to so many bytes. Raises RegionStoreTrouble."""
        with self._store._explained():
            data: bytes = self._body.read(size)
            return data


def _client() -> Any:
    """Return a client. Servers other than Amazon's are asked for buckets by path: few have a name for each."""
    session = boto3.session.Session()
    client = session.client("s3", config=_config("auto"))
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    return client if host.endswith(AMAZON) else session.client("s3", config=_config("path"))


def _config(addressing: str) -> Any:
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": TRIES},
        s3={"addressing_style": addressing},
        # Each file is checked by its own CRC; not every server knows these.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "unknown"))
