"""Runs: all addresses of a region, by jobs of many addresses each (tiles) behind all jobs of people."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.db.interface import Row
from app.errors import RunNotFound, RunUnderWay
from app.queue.jobs import NewJob, Status
from app.queue.store.people import RUN_OWNER, RUN_PRIORITY, PeopleStore, delete_job, newest_job

#: So many tiles are written in one transaction: people's jobs get their turn in between.
MADE_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class NewTile:
    """A tile to evaluate: what its job carries in the place of a listing (JSON), and how many addresses that are."""

    listing: str
    addresses: int


@dataclass(frozen=True, slots=True)
class Run:
    """An evaluation of all addresses of a build of a region. `options` is JSON; what it holds is the caller's."""

    run_id: str
    region: str
    build: str
    options: str
    tiles: int
    addresses: int
    created_at: float


@dataclass(frozen=True, slots=True)
class RunProgress:
    """How a run stands: its tiles by status, and the addresses whose rows are kept."""

    run: Run
    queued: int
    running: int
    done: int
    failed: int
    cancelled: int
    addresses_done: int

    @property
    def is_over(self) -> bool:
        """Return whether nothing of it moves any more."""
        return not self.queued and not self.running

    @property
    def is_whole(self) -> bool:
        """Return whether all of its addresses were evaluated."""
        return self.done == self.run.tiles


@dataclass(frozen=True, slots=True)
class TileEnd:
    """How a tile ended, or stands: its rows if it is done, else why there are none as far as that is known."""

    number: int
    addresses: int
    listing: str
    status: Status
    error: str
    rows: bytes | None


class RunStore(PeopleStore):
    """The part of the store that keeps runs. A run goes with the last of its jobs (tables/sqlite/11.sql)."""

    def begin_run(self, region: str, build: str, options: str, tiles: Sequence[NewTile], address: str) -> Run:
        """Make the run of a build with some options, or go on with the one that there is; return it.

        Of that one, tiles that failed or were called off are queued again. `address` is what a list of jobs calls a
        tile. Raises SiteFull.
        """
        self._look_for_room()
        run = self._made(region, build, options, tiles)
        for first in range(0, len(tiles), MADE_TOGETHER):
            self._fill(run, first, tiles[first : first + MADE_TOGETHER], address)
        self._notify()
        return run

    def find_run(self, region: str, options: str, build: str | None = None) -> Run:
        """Return the newest run of a region with some options, of a build if one is named. Raises RunNotFound."""
        same = {"region": region, "options": options}
        rows = self.db.read(_NEWEST, same) if build is None else self.db.read(_FIND, {**same, "build": build})
        if not rows:
            raise RunNotFound(name=region)
        return _run_from(rows[0])

    def get_run(self, run_id: str) -> Run:
        """Return a run. Raises RunNotFound."""
        rows = self.db.read("SELECT * FROM runs WHERE run_id = :run_id", {"run_id": run_id})
        if not rows:
            raise RunNotFound(name="this region")
        return _run_from(rows[0])

    def runs(self, limit: int = 20, part_addresses: int = 0) -> tuple[RunProgress, ...]:
        """Return how the newest runs stand, as `progress_of` does."""
        rows = self.db.read("SELECT * FROM runs ORDER BY created_at DESC LIMIT :limit", {"limit": limit})
        return tuple(self.progress_of(_run_from(row), part_addresses) for row in rows)

    def progress_of(self, run: Run, part_addresses: int = 0) -> RunProgress:
        """Return how a run stands; of a tile under way so many addresses count for each part that is kept."""
        counts = dict.fromkeys(Status, (0, 0))
        for row in self.db.read(_COUNTS, {"run_id": run.run_id}):
            counts[Status(row["status"])] = (row["tiles"], row["addresses"])
        parts = self.db.read(_KEPT_PARTS, {"run_id": run.run_id})[0]["parts"] if part_addresses else 0
        done, all_of_done = counts[Status.DONE]
        return RunProgress(
            run=run,
            queued=counts[Status.QUEUED][0],
            running=counts[Status.RUNNING][0],
            done=done,
            failed=counts[Status.FAILED][0],
            cancelled=counts[Status.CANCELLED][0],
            addresses_done=min(all_of_done + parts * part_addresses, run.addresses),
        )

    def tiles(self, run: Run) -> Iterator[TileEnd]:
        """Yield the tiles of a run in order, one at a time."""
        for number in range(run.tiles):
            for row in self.db.read(_TILE, {"run_id": run.run_id, "number": number}):
                yield TileEnd(
                    number, row["addresses"], row["listing"], Status(row["status"]), row["error"] or "", row["rows"]
                )

    def cancel_run(self, run_id: str) -> int:
        """Call off every tile of a run that has not ended: waiting ones at once, others by their workers.

        Return how many. Raises RunNotFound.
        """
        self.get_run(run_id)
        with self.db.write(durable=True) as connection:
            rows = connection.execute(_UNFINISHED, {"run_id": run_id}).fetchall()
            for row in rows:
                if row["status"] == Status.QUEUED:
                    self._cancel_waiting(connection, row, "operator")
                else:
                    self._ask_to_stop(connection, row)
        self._notify()
        return len(rows)

    def forget_run(self, run: Run) -> None:
        """Delete a run with its jobs and all that came of them. Raises RunUnderWay where it has not ended."""
        if not self.progress_of(run).is_over:
            raise RunUnderWay(name=run.region)
        while True:
            with self.db.write(durable=True) as connection:
                seqs = connection.execute(_SOME_TILES, {"run_id": run.run_id, "most": MADE_TOGETHER}).fetchall()
                for row in seqs:
                    delete_job(connection, row["job_seq"])
                if not seqs:
                    connection.execute("DELETE FROM runs WHERE run_id = :run_id", {"run_id": run.run_id})
                    return

    def _made(self, region: str, build: str, options: str, tiles: Sequence[NewTile]) -> Run:
        """Return the run's row, made if there is none."""
        same = {"region": region, "build": build, "options": options}
        with self.db.write(durable=True) as connection:
            self._check_room()
            connection.execute(
                """
                INSERT INTO runs (run_id, region, build, options, tiles, addresses, created_at)
                VALUES (:run_id, :region, :build, :options, :tiles, :addresses, :now)
                ON CONFLICT (region, build, options) DO NOTHING
                """,
                {
                    **same,
                    "run_id": secrets.token_hex(16),
                    "tiles": len(tiles),
                    "addresses": sum(tile.addresses for tile in tiles),
                    "now": self.clocks.unix(),
                },
            )
            return _run_from(connection.execute(_FIND, same).fetchone())

    def _fill(self, run: Run, first: int, tiles: Sequence[NewTile], address: str) -> None:
        """Queue those of some tiles, numbered from `first` on, that are not there, failed or were called off."""
        with self.db.write(durable=True) as connection:
            connection.execute(_LOCKED, {"run_id": run.run_id})  # one at a time fills it
            newest = newest_job(connection)
            span = {"run_id": run.run_id, "first": first, "end": first + len(tiles)}
            there = {row["number"]: row for row in connection.execute(_SPAN, span).fetchall()}
            for number, tile in enumerate(tiles, first):
                job = there.get(number)
                if job is not None:
                    if job["status"] in (Status.FAILED, Status.CANCELLED):
                        self._queue_again(connection, job, newest, "operator")
                    continue
                new = NewJob(
                    address=address,
                    listing=tile.listing,
                    listing_key=f"{run.run_id} {number}",
                    owner=RUN_OWNER,
                    priority=RUN_PRIORITY,
                    needs=f"{run.region}@{run.build}",
                )
                made = self._insert(connection, new, newest)
                connection.execute(
                    """
                    INSERT INTO run_tiles (run_id, number, addresses, job_seq)
                    VALUES (:run_id, :number, :addresses,
                        (SELECT seq FROM evaluation_jobs WHERE job_id = :job_id))
                    """,
                    {
                        "run_id": run.run_id,
                        "number": number,
                        "addresses": tile.addresses,
                        "job_id": made.job_id,
                    },
                )


_FIND = "SELECT * FROM runs WHERE region = :region AND options = :options AND build = :build"
_LOCKED = "SELECT run_id FROM runs WHERE run_id = :run_id /*pg FOR UPDATE */"
_NEWEST = """
SELECT * FROM runs WHERE region = :region AND options = :options ORDER BY created_at DESC, run_id LIMIT 1
"""
_COUNTS = """
SELECT status, count(*) AS tiles, CAST(sum(run_tiles.addresses) AS BIGINT) AS addresses
FROM run_tiles JOIN evaluation_jobs ON seq = job_seq WHERE run_id = :run_id GROUP BY status
"""
_KEPT_PARTS = """
SELECT count(*) AS parts
FROM run_tiles JOIN evaluation_jobs ON evaluation_jobs.seq = run_tiles.job_seq
    JOIN job_stages ON job_stages.job_seq = run_tiles.job_seq
WHERE run_id = :run_id AND completed_at IS NULL AND finding IS NOT NULL
"""
_TILE = """
SELECT run_tiles.addresses, listing, status, error, tile_rows.rows AS rows
FROM run_tiles JOIN evaluation_jobs ON seq = run_tiles.job_seq
    LEFT JOIN tile_rows ON tile_rows.job_seq = run_tiles.job_seq
WHERE run_id = :run_id AND number = :number
"""
_UNFINISHED = """
SELECT evaluation_jobs.* FROM run_tiles JOIN evaluation_jobs ON seq = job_seq
WHERE run_id = :run_id AND completed_at IS NULL ORDER BY seq /*pg FOR UPDATE OF evaluation_jobs */
"""
_SPAN = """
SELECT number, evaluation_jobs.* FROM run_tiles JOIN evaluation_jobs ON seq = job_seq
WHERE run_id = :run_id AND number >= :first AND number < :end
"""
_SOME_TILES = "SELECT job_seq FROM run_tiles WHERE run_id = :run_id LIMIT :most"


def _run_from(row: Row) -> Run:
    return Run(
        row["run_id"],
        row["region"],
        row["build"],
        row["options"],
        row["tiles"],
        row["addresses"],
        row["created_at"],
    )
