"""How often the geocoder finds the right house, and how fast: `python -m bench.geocoder EXTRACT.osm.pbf ...`."""

from __future__ import annotations

import random
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.atlas.geocoder.build.columns import Addresses, AddressRow
from app.atlas.geocoder.build.index import index_addresses
from app.atlas.geocoder.geocoder import FOUND, Geocoder
from app.atlas.geocoder.numbers import parse_number, split_numbers
from app.atlas.geocoder.text import key_of, terms_of
from app.geo import distance_m
from app.places import Precision
from bench.geocoder_questions import SEED, Question, clean_all, mangled_all, read_rows, sampled

SAMPLE = 1_000
#: An answer within this of the sampled address, or of one with the same number, street and named city, is right.
RIGHT_M = 50.0


@dataclass(frozen=True, slots=True)
class Tally:
    """Shares of questions, and milliseconds of processor time."""

    right: float
    #: Right, and at the sampled address rather than at another one of the same number and street.
    here: float
    #: Right with a score that answers at once instead of asking "did you mean".
    sure: float
    p50_ms: float
    p99_ms: float
    wrong: tuple[tuple[str, str], ...]


class Answers:
    """Where each number of each street is mapped, to judge answers by."""

    def __init__(self, rows: Iterable[AddressRow]) -> None:
        self._rows: dict[tuple[str, str], list[AddressRow]] = defaultdict(list)
        for row in rows:
            for number in split_numbers(row.number):
                self._rows[_same(row.street, number)].append(row)

    def right(self, question: Question, lat: float, lon: float) -> bool:
        """Return whether an answer lies at an address with the number, street and (if asked) city of the question."""
        row = question.row
        same = [
            other
            for number in split_numbers(row.number)[:1]
            for other in self._rows[_same(row.street, number)]
            if not question.named_town or other.city in (row.city, "")
        ]
        return any(distance_m(other.lat, other.lon, lat, lon) <= RIGHT_M for other in same)


def _same(street: str, number: str) -> tuple[str, str]:
    parsed = parse_number(number)
    return key_of(terms_of(street)), parsed.exact if parsed else number


def build(extract: Path) -> tuple[Geocoder, list[AddressRow], float]:
    """Index an extract in memory; return the geocoder, its addresses and the seconds the indexing took."""
    addresses, streets, places = read_rows(extract)
    connection = sqlite3.connect(":memory:")
    start = time.thread_time()
    index_addresses(connection, Addresses.of(addresses), streets, places)
    return Geocoder(connection), addresses, time.thread_time() - start


def ask(geocoder: Geocoder, questions: Iterable[Question], answers: Answers) -> Tally:
    """Ask all questions and count."""
    right = here = sure = 0
    spent, wrong = [], []
    for question in questions:
        start = time.thread_time()
        matches = geocoder.search(question.text)
        spent.append((time.thread_time() - start) * 1e3)
        place = matches[0].location if matches else None
        if place and place.precision is Precision.HOUSE and answers.right(question, place.lat, place.lon):
            right += 1
            here += distance_m(place.lat, place.lon, question.row.lat, question.row.lon) <= 150
            sure += matches[0].score >= FOUND
        else:
            wrong.append((question.text, f"{matches[0].score} {place.label}" if place else "nothing"))
    count = max(len(spent), 1)
    return Tally(right / count, here / count, sure / count, *percentiles(spent), tuple(wrong))


def percentiles(spent: Sequence[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile."""
    ordered = sorted(spent)
    return ordered[len(ordered) // 2], ordered[min(len(ordered) * 99 // 100, len(ordered) - 1)]


def completion_times(geocoder: Geocoder, rows: Sequence[AddressRow]) -> list[float]:
    """Type each address letter by letter, number first or last by turns; return milliseconds for each letter."""
    draw = random.Random(SEED)
    spent = []
    for row in rows:
        pair = [split_numbers(row.number)[0], row.street]
        draw.shuffle(pair)
        text = " ".join(pair)
        for end in range(1, len(text) + 1):
            spent.append(timed(partial(geocoder.complete, text[:end])))
    return spent


def timed(action: Callable[[], object]) -> float:
    """Return the milliseconds of processor time that an action takes: in memory there is nothing to wait for."""
    start = time.thread_time()
    action()
    return (time.thread_time() - start) * 1e3


def measure(extract: Path, count: int = SAMPLE, show_wrong: int = 0) -> str:
    """Return one row of the table for an extract."""
    geocoder, rows, seconds = build(extract)
    asked = sampled(rows, count)
    answers = Answers(rows)
    plain = ask(geocoder, clean_all(asked), answers)
    hurried = ask(geocoder, mangled_all(asked), answers)
    complete = percentiles(completion_times(geocoder, asked[:100]))
    reverse = percentiles([timed(partial(geocoder.reverse, row.lat, row.lon)) for row in asked[:300]])
    for text, answer in (*plain.wrong, ("--", "mangled"), *hurried.wrong)[: show_wrong or 0]:
        print(f"   {text!r} -> {answer}")
    cells = [extract.name.removesuffix(".osm.pbf"), f"{len(rows):,}", f"{seconds:.2f}", f"{len(asked)}"]
    for tally in (plain, hurried):
        cells += [f"{tally.right:.1%}", f"{tally.here:.1%}", f"{tally.sure:.1%}"]
        cells += [f"{tally.p50_ms:.2f} / {tally.p99_ms:.2f}"]
    cells += [f"{p50:.2f} / {p99:.2f}" for p50, p99 in (complete, reverse)]
    return "| " + " | ".join(cells) + " |"


HEADINGS = (
    "extract | addresses | index s | asked | clean: right | here | sure | p50 / p99 ms | mangled: right | here | sure"
    " | p50 / p99 ms | complete p50 / p99 ms | reverse p50 / p99 ms"
)


def main(arguments: Sequence[str]) -> None:
    """Print a table for the extracts named, with --wrong=N wrong answers above each row."""
    show = [int(a.removeprefix("--wrong=")) for a in arguments if a.startswith("--wrong=")]
    print(f"| {HEADINGS} |\n|{' --- |' * (HEADINGS.count('|') + 1)}")
    for argument in arguments:
        if not argument.startswith("--"):
            print(measure(Path(argument), show_wrong=show[0] if show else 0), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
