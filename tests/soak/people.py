"""The people: some send addresses, at a fixed pace whatever comes of it; some hundred watch panels as browsers do."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from contextlib import closing
from urllib.parse import urlencode

from tests.soak.books import Books
from tests.soak.wire import Answer, Broken, Connection, Unanswered

KNOWN = (
    *("12 Bulevardi, Helsinki", "11 Pieni Roobertinkatu, Helsinki", "25 Annankatu, Helsinki", "60.1672, 24.9384"),
    *("Boulevard des Moulins 27, Monaco", "7 Rue des Roses, Monaco", "45 Rue Grimaldi, Monaco"),
)
UNKNOWN = ("99 Nowhere Street, Atlantis", "52.0000, 4.0000", "<script>alert(1)</script>", "'; DROP TABLE jobs; --")
ASKED_ABOUT = "Alepa"
JSON = {"Accept": "application/json"}
#: Submissions of one browser before another one takes its place.
OF_ONE_OWNER = 25
#: Browsers that wait for their turn, so that no two submissions of one follow each other at once.
FEWEST_FREE = 20
#: How often a submission is sent under its key until it is answered.
TRIES = 8
EVERY_SECONDS = 2.0
PANEL = re.compile(rb'hx-get="([^"]+/progress\?seen=[^"]*)"')


class Owner:
    """A browser that sends listings: one network address, and its cookie once it has one."""

    _numbers = itertools.count(1)

    def __init__(self, port: int) -> None:
        number = next(self._numbers)
        self.connection = Connection(port, f"10.{number // 250 % 250}.{number % 250}.7", kept=False)
        self.sent = 0
        self.cookie = ""
        self.busy = False

    def next_listing(self, address: str) -> bytes:
        """Return a form with an address, like no other of this browser."""
        self.sent += 1
        return urlencode({"address": address, "size_m2": 20 + self.sent}).encode()

    def keep_cookie(self, answer: Answer) -> None:
        """Keep the cookie that an answer sets."""
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def headers(self, **others: str) -> dict[str, str]:
        """Return the headers of a request for JSON, with the cookie."""
        return JSON | ({"Cookie": self.cookie} if self.cookie else {}) | others


class Senders:
    """Sends a number of listings a second; some are called off, tried again, or answered when a question comes."""

    def __init__(self, port: int, books: Books, dice: random.Random) -> None:
        self._port, self._books, self._dice = port, books, dice
        self._owners: list[Owner] = []

    async def run(self, per_second: float, until: float) -> None:
        """Send at that pace until that time, then wait for the answers that are still to come."""
        due = time.monotonic()
        try:
            async with asyncio.TaskGroup() as under_way:
                while due < until:
                    await asyncio.sleep(max(0.0, due - time.monotonic()))
                    under_way.create_task(self._one())
                    due += 1 / per_second
        finally:
            for owner in self._owners:
                owner.connection.close()

    async def _one(self) -> None:
        owner = self._free_owner()
        owner.busy = True
        try:
            await self._send(owner)
        except Unanswered as error:
            self._books.wrong.append(f"no answer in time: {error}")
        finally:
            owner.busy = False

    def _free_owner(self) -> Owner:
        for owner in [owner for owner in self._owners if not owner.busy and owner.sent >= OF_ONE_OWNER]:
            owner.connection.close()
            self._owners.remove(owner)
        free = [owner for owner in self._owners if not owner.busy]
        if len(free) < FEWEST_FREE:
            free.append(Owner(self._port))
            self._owners.append(free[-1])
        return self._dice.choice(free)

    async def _send(self, owner: Owner) -> None:
        """Send one listing and do with it what this person does."""
        roll = self._dice.random()
        if roll < 0.03:
            answer = await self._submit(owner, "")
            if answer is not None:
                self._books.note(answer, "an empty address", 422)
            return
        await self._look_around(owner)
        address = ASKED_ABOUT if roll < 0.06 else self._dice.choice(UNKNOWN if roll < 0.12 else KNOWN)
        answer = await self._submit(owner, address)
        if answer is None or not self._books.note(answer, "a submission", 202):
            return
        owner.keep_cookie(answer)
        job_id = str(json.loads(answer.body)["job_id"])
        self._books.accept(job_id)
        if address == ASKED_ABOUT:
            await self._answer_question(owner, job_id)
        elif roll > 0.9:
            await self._call_off(owner, job_id, again=roll > 0.95)

    async def _look_around(self, owner: Owner) -> None:
        """Have the address completed, or look where in town wishes are met: both read regions in the web process."""
        for path, share in (("/suggest?address=boul", 0.2), ("/where?region=monaco&wish=supermarket:5", 0.05)):
            if self._dice.random() < share:
                try:
                    answer = await owner.connection.ask("GET", path, **owner.headers())
                except Broken as error:
                    self._books.note_broken(str(error))
                else:
                    self._books.note(answer, path, 200)

    async def _submit(self, owner: Owner, address: str) -> Answer | None:
        """Send a listing like no other of this owner; None if its answer was cut off and nobody knows what it was."""
        body = owner.next_listing(address)
        key = {"Idempotency_Key": f"listing-{owner.sent}"} if owner.cookie else {}
        for _ in range(TRIES if key else 1):
            try:
                return await owner.connection.ask("POST", "/", body, **owner.headers(**key))
            except Broken as error:
                self._books.note_broken(str(error))
                self._books.sent_again += bool(key)
                await asyncio.sleep(0.25)
        self._books.unknown += 1
        return None

    async def _act(self, owner: Owner, path: str, body: bytes = b"") -> Answer | None:
        """Send what a button sends; None if the answer was cut off."""
        try:
            return await owner.connection.ask("POST", path, body, **owner.headers())
        except Broken as error:
            self._books.note_broken(str(error))
            return None

    async def _call_off(self, owner: Owner, job_id: str, *, again: bool) -> None:
        """Cancel a job, which may have ended meanwhile, and try it again."""
        await asyncio.sleep(self._dice.uniform(0.0, 3.0))
        for act in ("cancel", "retry") if again else ("cancel",):
            answer = await self._act(owner, f"/job/{job_id}/{act}")
            if answer is not None and self._books.note(answer, act, 200, 409):
                self._books.acts[act] += answer.status == 200

    async def _answer_question(self, owner: Owner, job_id: str) -> None:
        """Wait until the job asks which place was meant, and say the first one."""
        for _ in range(60):
            await asyncio.sleep(2.0)
            job = await self._job(owner, job_id)
            if job.get("status") == "asking":
                answer = await self._act(owner, f"/job/{job_id}/answer", b"choice=0")
                if answer is not None and self._books.note(answer, "an answer", 200, 409):
                    self._books.acts["answer"] += answer.status == 200
            elif job.get("status") not in (None, "queued", "running"):
                return

    async def _job(self, owner: Owner, job_id: str) -> dict[str, object]:
        try:
            answer = await owner.connection.ask("GET", f"/job/{job_id}", **owner.headers())
        except Broken as error:
            self._books.note_broken(str(error))
            return {}
        return dict(json.loads(answer.body)) if self._books.note(answer, "a job", 200) else {}


async def watch(port: int, number: int, books: Books, until: float) -> None:
    """Watch one panel after the other, each until its job has ended; now and then open the report."""
    connection = Connection(port, f"10.{250 + number // 250}.{number % 250}.9", kept=True)
    dice = random.Random(number)
    due, poll = time.monotonic() + dice.uniform(0, EVERY_SECONDS), ""
    with closing(connection):
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            try:
                poll = await _poll(connection, poll, books, dice)
            except Broken as error:
                books.note_broken(str(error))
            except Unanswered as error:
                books.wrong.append(f"no answer in time: {error}")
            due = max(due + EVERY_SECONDS, time.monotonic())


async def _poll(connection: Connection, poll: str, books: Books, dice: random.Random) -> str:
    """Ask once; return what to ask next, "" to turn to another job."""
    if not poll:
        if not books.recent:
            return ""
        poll = f"/job/{dice.choice(books.recent)}/progress?seen="
    began = time.perf_counter()
    answer = await connection.ask("GET", poll, HX_Request="true", Accept="text/html")
    books.poll_seconds.append(time.perf_counter() - began)
    if not books.note(answer, "a poll", 200, 204) or answer.status == 204:
        return poll
    shown = PANEL.search(answer.body)
    if shown:
        return shown[1].decode()
    if dice.random() < 0.1:
        await _open_report(connection, poll.partition("/progress")[0], books)
    return ""


async def _open_report(connection: Connection, job: str, books: Books) -> None:
    """Open the report of a job that has ended, if it has one."""
    answer = await connection.ask("GET", job, **JSON)
    if not books.note(answer, "a job that ended", 200):
        return
    snapshot_id = json.loads(answer.body).get("snapshot_id")
    if snapshot_id:
        report = await connection.ask("GET", f"/s/{snapshot_id}", Accept="text/html")
        books.acts["report"] += books.note(report, "a report", 200)
