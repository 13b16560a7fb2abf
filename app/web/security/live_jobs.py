"""How many evaluations may be under way for one client, however many cookies it has.

An owner is a cookie, and whoever drops theirs is a new owner with each request. So the evaluations of an address block
are counted as well. The number is larger than an owner's, as a household or an office shares its address. Batches are
counted apart, as they are for an owner: each is under way as long as its last job.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from flask import Flask, current_app

from app.config import Config
from app.errors import JobNotFound, TooManyJobsHere
from app.queue.jobs import Job
from app.web.programs import tokens
from app.web.security.clients import client_key
from app.web.security.shared import SharedRecords
from app.web.services import config, store
from app.wording import count

#: Where the application keeps the records, and the file in the data folder that its processes share.
EXTENSION = "doorstep-live-jobs"
FILE = "limits/jobs"
#: The most jobs that a record has room for: the bytes of their ids, as hexadecimal digits name them.
MOST_JOBS, ID_BYTES = 500, 16
#: 1,024 clients; on the disk there is only what was written.
SETS, WAYS = 512, 2
#: A record is held while a job is stored, which may have to wait for a busy database.
PATIENCE_SECONDS = 10.0
RETRY_SECONDS = 30
#: For so many evaluations at once, a client may have one batch under way.
BATCH, JOBS_TO_A_BATCH = "batch", 10


def init_app(app: Flask, config: Config) -> None:
    """Give the application its records."""
    app.extensions[EXTENSION] = SharedRecords(
        config.data_dir / FILE,
        payload_bytes=MOST_JOBS * ID_BYTES,
        sets=SETS,
        ways=WAYS,
        patience_seconds=PATIENCE_SECONDS,
    )


@contextmanager
def room_for_one(kind: str = "evaluation") -> Iterator[Callable[[Job], None]]:
    """Let the block make one evaluation, or one "batch", and hand its (last) job to the function that it is given.

    Two requests of one client take turns here, so there is never one too many. A token has limits of its own. Raises
    TooManyJobsHere.
    """
    most = math.ceil(config().max_live_jobs_per_client / (JOBS_TO_A_BATCH if kind == BATCH else 1))
    if tokens.current() is not None or most == 0:
        yield lambda job: None
        return
    records = cast(SharedRecords, current_app.extensions[EXTENSION])
    with records.held(client_key(kind)) as record:
        live = _ids(record.payload)
        if len(live) >= most:  # only now are those forgotten that have ended
            live = [job_id for job_id in live if _is_live(job_id)]
        if len(live) >= most:
            raise TooManyJobsHere(what=count(len(live), kind), retry_after_seconds=RETRY_SECONDS)

        def keep(job: Job) -> None:
            ids = [*live, job.job_id] if job.job_id not in live else live
            record.payload = b"".join(map(bytes.fromhex, ids)).ljust(MOST_JOBS * ID_BYTES, b"\0")

        yield keep


def _ids(payload: bytes) -> list[str]:
    """Return the ids of a record, which end where its zeros begin."""
    ids = (payload[begin : begin + ID_BYTES] for begin in range(0, len(payload), ID_BYTES))
    return [job_id.hex() for job_id in ids if any(job_id)]


def _is_live(job_id: str) -> bool:
    try:
        return store().get_job(job_id).status.live
    except JobNotFound:
        return False
