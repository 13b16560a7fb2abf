"""The ledger of live services in the store: turns, pauses, budgets, faults and answers (tables/sqlite/09.sql)."""

from __future__ import annotations

import json
import secrets
import zlib
from collections.abc import Iterator

from app.db.interface import Connection, Row
from app.queue.clocks import Settled
from app.queue.store.base import AHEAD_SECONDS, KEEPING, StoreBase
from app.sources.live.asking.ledger import (
    CLOSED_SECONDS,
    FAULTS_THAT_CLOSE,
    LONGEST_REST_SECONDS,
    Ended,
    Kept,
    NotYet,
    Standing,
    ToKeep,
    Turn,
    Why,
    digest_about,
)
from app.sources.live.services import Service

DAY_SECONDS = 86_400.0
#: Beyond the longest answer, so much (seconds) is left for connecting and noting before a turn counts as given up.
TURN_RESERVE_SECONDS = 20.0
#: A request reaches its service a moment after the turn is taken, so the pause is counted from then.
ON_ITS_WAY_SECONDS = 0.1
#: A row that was noted so much later (seconds) than now shows that the clock was put back: its waits are void.
PUT_BACK_SECONDS = 2.0
#: When to look again (seconds) while another request is under way.
LOOK_AGAIN_SECONDS = 0.2


class ServiceStore(StoreBase):
    """What all processes of the site together have asked live services, and what came back."""

    # --- turns ---

    def take_turn(self, service: Service, question: bytes, *, anew: bool = False) -> Turn | NotYet:
        """Take the turn to ask a service, or say why not. With `anew` a kept answer is no reason not to.

        It is one guarded statement that takes it: of all who try at once, one does.
        """
        row = self._row_of(service.name)
        wait = None if row is None else self._why_not(service, row)
        if wait is not None:
            return wait
        token = secrets.token_hex(12)
        taking = self._taking(service, row, token) | {"question": question, "anew": anew}
        with self.db.write(durable=False) as connection:
            if row is None:
                connection.execute(
                    "INSERT INTO services (name) VALUES (:name) ON CONFLICT (name) DO NOTHING", {"name": service.name}
                )
            connection.execute(_ALONE, taking)
            taken = connection.execute(_TAKE, taking).rowcount
        return Turn(service.name, token) if taken else NotYet(Why.BUSY, 0.0)

    def end_turn(self, turn: Turn, ended: Ended) -> None:
        """Give the turn back and note how the request ended. An answer is kept even where the turn was lost."""
        now = self.clocks.unix()
        closes = {"most_faults": FAULTS_THAT_CLOSE, "reopens_at": now + CLOSED_SECONDS}
        noting = {
            "name": turn.service,
            "token": turn.token,
            "now": now,
            "next": now + min(ended.pause_s, LONGEST_REST_SECONDS),
            "rests": int(ended.rests),
            "received": ended.received,
            "fault": ended.fault,
            "counts": int(ended.counts),
        }
        # Compressing takes a while, so it is done before anybody has to wait for it.
        keeping = _keeping(turn.service, ended.answer, now) if ended.answer is not None else None
        with self.db.write(durable=False) as connection:
            if not connection.execute(_END, noting | closes).rowcount:
                connection.execute(_COUNT_BYTES, noting)
            if keeping is not None:
                connection.execute(_KEEP, keeping)

    def take_place(self, service: str, seconds: float) -> str:
        """Become the one who waits for the turn where he is, for so many seconds; return "" if somebody does already.

        Else return a token with which to leave. Were there more places, evaluations that wait would keep all workers
        from those that need not.
        """
        row, steady, token = self._row_of(service), self.clocks.steady(), secrets.token_hex(12)
        gone = row["place_token"] if row is not None and self.is_gone(row["place_process"] or "") else ""
        until = steady + seconds
        taking = {"name": service, "token": token, "process": self.process, "gone": gone, "steady": steady}
        taking |= {"until": until, "latest": until + AHEAD_SECONDS}
        with self.db.write(durable=False) as connection:
            taken = connection.execute(
                _TAKE_PLACE,
                taking,
            ).rowcount
        return token if taken else ""

    def leave_place(self, service: str, token: str) -> None:
        """Let another wait."""
        with self.db.write(durable=False) as connection:
            connection.execute(_LEAVE_PLACE, {"name": service, "token": token})

    def standing(self, service: str) -> Standing:
        """Return how things are with a service."""
        row = self._row_of(service)
        return Standing(service) if row is None else self._standing(row)

    def _row_of(self, service: str) -> Row | None:
        rows = self.db.read("SELECT * FROM services WHERE name = :name", {"name": service})
        return rows[0] if rows else None

    def _standing(self, row: Row) -> Standing:
        now = self.clocks.unix()
        is_today, is_put_back = row["day"] == _day(now), row["noted_at"] > now + PUT_BACK_SECONDS
        return Standing(
            name=row["name"],
            requests_today=row["requests"] if is_today else 0,
            bytes_today=row["bytes"] if is_today else 0,
            closed_s=0.0 if is_put_back else max(row["closed_until"] - now, 0.0),
            waits_s=0.0 if is_put_back else max(row["next_allowed_at"] - now, 0.0),
            rests=bool(row["rests"]),
            faults_in_a_row=row["faults"],
            last_fault=row["last_fault"],
            last_success_at=row["last_success_at"],
        )

    def _why_not(self, service: Service, row: Row) -> NotYet | None:
        """Return why it is not one's turn, as far as a look at the row tells; the statement that takes it decides."""
        standing = self._standing(row)
        if standing.requests_today >= service.requests_per_day or standing.bytes_today >= service.bytes_per_day:
            return NotYet(Why.SPENT, DAY_SECONDS - self.clocks.unix() % DAY_SECONDS)
        if standing.closed_s:
            return NotYet(Why.CLOSED, standing.closed_s)
        if standing.waits_s and standing.rests:
            return NotYet(Why.RESTING, standing.waits_s)
        if row["turn_token"] and not self.is_gone(row["turn_process"]) and not self._is_over(service, row):
            return NotYet(Why.BUSY, LOOK_AGAIN_SECONDS)
        return NotYet(Why.BUSY, standing.waits_s) if standing.waits_s else None

    def _is_over(self, service: Service, row: Row) -> bool:
        steady = self.clocks.steady()
        return not steady < row["turn_until"] <= steady + _turn_seconds(service) + AHEAD_SECONDS

    def _taking(self, service: Service, row: Row | None, token: str) -> dict[str, object]:
        now, steady = self.clocks.unix(), self.clocks.steady()
        gone = row is not None and row["turn_token"] is not None and self.is_gone(row["turn_process"])
        return {
            "name": service.name,
            "token": token,
            "process": self.process,
            "gone": row["turn_token"] if row is not None and gone else "",
            "now": now,
            "put_back": now + PUT_BACK_SECONDS,
            "next": now + service.pause_s + ON_ITS_WAY_SECONDS,
            "steady": steady,
            "until": steady + _turn_seconds(service),
            "latest": steady + _turn_seconds(service) + AHEAD_SECONDS,
            "day": _day(now),
            "most_requests": service.requests_per_day,
            "most_bytes": service.bytes_per_day,
        }

    # --- answers ---

    def kept_answer(self, service: str, question: bytes) -> Kept | None:
        """Return the answer to a question, if one is kept that is not too old."""
        rows = self.db.read(
            """
            SELECT body, fetched_at FROM service_answers
            WHERE service = :service AND question = :question AND body IS NOT NULL AND expires_at > :now
            """,
            {"service": service, "question": question, "now": self.clocks.unix()},
        )
        return Kept(zlib.decompress(rows[0]["body"]), rows[0]["fetched_at"]) if rows else None

    def drop_body(self, service: str, question: bytes) -> None:
        """Drop the body of an answer of which something better was made; when it came, and its size, stay known."""
        with self.db.write(durable=False) as connection:
            connection.execute(
                "UPDATE service_answers SET body = NULL WHERE service = :service AND question = :question",
                {"service": service, "question": question},
            )

    def clear_answers(self) -> int:
        """Delete all kept answers and return how many there were."""
        with self.db.write(durable=True, turn=KEEPING) as connection:
            return connection.execute("DELETE FROM service_answers").rowcount


def forget_old_answers(connection: Connection, settled: Settled | None) -> None:
    """Delete answers that are too old, and those of a day that has not come: the clock was put back since."""
    if settled is not None:
        connection.execute(
            "DELETE FROM service_answers WHERE expires_at < :before OR fetched_at > :after",
            {"before": settled.earliest, "after": settled.latest + DAY_SECONDS},
        )


def forget_answers_for(connection: Connection, seq: int) -> None:
    """Delete the answers about whatever a job's listing names: its address, its destinations."""
    if connection.execute("SELECT 1 FROM service_answers WHERE about <> x'' LIMIT 1").fetchone():
        job = connection.execute(
            "SELECT address, listing FROM evaluation_jobs WHERE seq = :seq", {"seq": seq}
        ).fetchone()
        texts = set() if job is None else {job["address"], *_texts_in(_read_json(job["listing"]))}
        connection.executemany(
            "DELETE FROM service_answers WHERE about = :about AND about <> x''",
            [{"about": digest_about(text)} for text in sorted(texts)],
        )


def _read_json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _texts_in(value: object) -> Iterator[str]:
    """Yield every text in something read from JSON."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts_in(inner)


def _turn_seconds(service: Service) -> float:
    return service.read_s + TURN_RESERVE_SECONDS


def _day(unix_seconds: float) -> int:
    """Return the day in UTC, in days since 1970."""
    return int(unix_seconds // DAY_SECONDS)


def _keeping(service: str, answer: ToKeep, now: float) -> dict[str, object]:
    return {
        "service": service,
        "question": answer.question,
        "about": answer.about,
        "size": len(answer.body),
        "fetched_at": now,
        "expires_at": now + answer.seconds,
        "body": zlib.compress(answer.body, 1),
    }


#: Whoever takes a turn looks for a kept answer only once nobody else has the row: the turn before may have kept it.
_ALONE = "SELECT name FROM services WHERE name = :name /*pg FOR UPDATE */"
_TAKE = """
UPDATE services
SET turn_token = :token, turn_process = :process, turn_until = :until,
    next_allowed_at = :next, noted_at = :now, rests = 0,
    requests = CASE WHEN day = :day THEN requests ELSE 0 END + 1,
    bytes = CASE WHEN day = :day THEN bytes ELSE 0 END,
    day = :day
WHERE name = :name
    AND (turn_token IS NULL OR turn_token = :gone OR turn_until <= :steady OR turn_until > :latest)
    AND (next_allowed_at <= :now OR noted_at > :put_back)
    AND (closed_until <= :now OR noted_at > :put_back)
    AND (CASE WHEN day = :day THEN requests ELSE 0 END) < :most_requests
    AND (CASE WHEN day = :day THEN bytes ELSE 0 END) < :most_bytes
    AND (:anew OR NOT EXISTS (
        SELECT 1 FROM service_answers
        WHERE service = :name AND question = :question AND body IS NOT NULL AND expires_at > :now
    ))
"""
_TAKE_PLACE = """
UPDATE services SET place_token = :token, place_process = :process, place_until = :until
WHERE name = :name
    AND (place_token IS NULL OR place_token = :gone OR place_until <= :steady OR place_until > :latest)
"""
_LEAVE_PLACE = """
UPDATE services SET place_token = NULL, place_process = NULL, place_until = NULL
WHERE name = :name AND place_token = :token
"""
_END = """
UPDATE services
SET turn_token = NULL, turn_process = NULL, turn_until = NULL,
    next_allowed_at = :next, noted_at = :now, rests = :rests, bytes = bytes + :received,
    faults = CASE WHEN :fault = '' THEN 0 ELSE faults + :counts END,
    closed_until = CASE WHEN :fault <> '' AND :counts = 1 AND faults + 1 >= :most_faults THEN :reopens_at ELSE 0 END,
    last_fault = CASE WHEN :fault = '' THEN last_fault ELSE :fault END,
    last_success_at = CASE WHEN :fault = '' THEN :now ELSE last_success_at END
WHERE name = :name AND turn_token = :token
"""
_COUNT_BYTES = "UPDATE services SET bytes = bytes + :received WHERE name = :name"
_KEEP = """
INSERT INTO service_answers (service, question, about, size, fetched_at, expires_at, body)
VALUES (:service, :question, :about, :size, :fetched_at, :expires_at, :body)
ON CONFLICT (service, question) DO UPDATE SET
    about = excluded.about, size = excluded.size, fetched_at = excluded.fetched_at, expires_at = excluded.expires_at,
    body = excluded.body
"""
