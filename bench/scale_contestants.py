"""The two queues of `bench.scale` behind one small interface: ours, and procrastinate as its documentation shows it."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

#: Where procrastinate was installed for this run only.
PEERS = os.environ.get("SCALE_PEERS", "")
VERSION = "procrastinate==3.10.0"
#: What a job's evaluation stores: a small report, and for each stage a finding as long as the median one of Newport.
REPORT = b'{"verdict": {"score": 71.0}, "filling": "' + b"x" * 400 + b'"}'
FINDING = b'{"stage": "filling", "facts": "' + b"y" * 600 + b'"}'
STAGES = tuple(f"stage {number:02}" for number in range(14))
#: Room for as many jobs as a benchmark wants.
NO_LIMIT = 1_000_000


class Contestant(Protocol):
    """A queue in a database of its own, which stands at `url`."""

    #: Where the rows are that have not ended.
    unfinished: str

    def __init__(self, url: str) -> None: ...

    def fill(self, jobs: int, stages: int) -> None:
        """Make the tables and put jobs into the line, numbered from 0."""

    def put(self, number: int) -> None:
        """Store a job and return when it is committed."""

    def work(self, began: Callable[[int], None]) -> None:
        """Run the real worker until the process is killed; `began` is told the number of each job as it begins."""


class Doorstep:
    """Ours: for each job a stored report, its history, and a fenced completion."""

    unfinished = "SELECT count(*) FROM evaluation_jobs WHERE completed_at IS NULL"

    def __init__(self, url: str) -> None:
        from app.config import Config
        from app.queue import open_store

        self._config = Config(database_url=url, max_live_jobs=NO_LIMIT, max_live_jobs_per_owner=NO_LIMIT)
        self._store = open_store(self._config)

    def fill(self, jobs: int, stages: int) -> None:
        """Create one job by the store, and the others as copies of its rows under other names."""
        import psycopg

        self._put(0, stages)
        with psycopg.connect(self._config.database_url, autocommit=True) as connection:
            connection.execute(_copy(connection, "evaluation_jobs", JOB_COLUMNS), {"last": jobs - 1})
            connection.execute(_copy(connection, "job_events", EVENT_COLUMNS), {"last": jobs - 1})
            connection.execute(
                "SELECT setval(pg_get_serial_sequence('evaluation_jobs', 'seq'), max(seq)) FROM evaluation_jobs"
            )
            connection.execute("VACUUM ANALYZE")

    def put(self, number: int) -> None:
        self._put(number, 0)

    def put_lasting(self, number: int, seconds: float) -> None:
        """Store a job whose evaluation takes so long, without work for the processor."""
        self._put(number, 0, seconds)

    def _put(self, number: int, stages: int, seconds: float = 0.0) -> None:
        from app.queue.jobs import NewJob

        listing = f"{number} {stages} {seconds:.6f}"
        self._store.create_job(NewJob("12 main street", listing, f"key {number}", f"owner {number}"))

    def work(self, began: Callable[[int], None]) -> None:
        from app.queue import _wake_up
        from app.queue.jobs import StageRecord, StageState
        from app.queue.runner import InlineRunner, StageEnded, StageObserver
        from app.queue.worker import Worker

        def evaluation(listing: str, finished: Sequence[bytes], progress: StageObserver) -> bytes:
            number, stages, seconds = listing.split()
            began(int(number))
            time.sleep(float(seconds))
            for stage in STAGES[len(finished) : int(stages)]:
                progress.began(stage)
                progress.ended(StageEnded(StageRecord(stage, StageState.DONE, 0.001), FINDING))
            return REPORT

        Worker(self._store, InlineRunner(evaluation), _wake_up(self._config), self._config).start()
        threading.Event().wait()


_NEXT_NUMBER = "SELECT setval(pg_get_serial_sequence('evaluation_jobs', 'seq'), max(seq)) FROM evaluation_jobs"
#: What the copies of a job have of their own.
JOB_COLUMNS = {
    "seq": "seq + number",
    "job_id": "'job ' || number",
    "listing": "number || substr(listing, 2)",
    "listing_key": "'key ' || number",
    "owner": "'owner ' || number",
    "turn": "turn + number / 1e3",
}
EVENT_COLUMNS = {"job_seq": "job_seq + number"}


def _copy(connection: Any, table: str, own: dict[str, str]) -> Any:
    """Return the statement that copies the one row of a table for the numbers from 1 to `last`."""
    sql = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
    names = [row[0] for row in connection.execute(sql, (table,)).fetchall()]
    values = ", ".join(own.get(name, name) for name in names)
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} "
        f"FROM {table}, generate_series(1, %(last)s) AS numbers (number) ORDER BY number"
    )


class Procrastinate:
    """procrastinate with its own worker, whose settings are its defaults: a task that does nothing, its row kept."""

    unfinished = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
    #: How many jobs one worker process runs side by side.
    concurrency = 1

    def __init__(self, url: str) -> None:
        from procrastinate import App, PsycopgConnector

        self.began: Callable[[int], None] = lambda _number: None
        self.app = App(connector=PsycopgConnector(conninfo=url))
        self._putting: Any = None

        @self.app.task(name="job")  # type: ignore[untyped-decorator]
        async def job(number: int) -> None:
            self.began(number)

        self.job = job

    def fill(self, jobs: int, stages: int) -> None:
        del stages  # it has none
        with self.app.open():
            self.app.schema_manager.apply_schema()
            for first in range(0, jobs, 1_000):
                self.job.batch_defer(*({"number": number} for number in range(first, min(first + 1_000, jobs))))

    def put(self, number: int) -> None:
        if self._putting is None:
            self._putting = self.app.open()
        self.job.defer(number=number)

    def work(self, began: Callable[[int], None]) -> None:
        self.began = began

        async def run() -> None:
            async with self.app.open_async():
                await self.app.run_worker_async(concurrency=self.concurrency)

        asyncio.run(run())


class ProcrastinateOfEight(Procrastinate):
    """The same, eight jobs side by side in each process."""

    concurrency = 8


CONTESTANTS: dict[str, type[Contestant]] = {
    "Doorstep": Doorstep,
    "procrastinate": Procrastinate,
    "procrastinate, concurrency 8": ProcrastinateOfEight,
}

if PEERS:
    sys.path.append(PEERS)
