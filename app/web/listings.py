"""Several listings in one request, as lines, a table (CSV) or JSON; a bad line is named and the rest goes on."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from flask import request

from app.errors import InvalidListing
from app.pipeline.listing import Listing
from app.web.forms import FIELDS, FormValues, listing_from, values_in, values_in_json
from app.wording import count, listed

#: Lines of a batch, and bytes of a file.
MOST_LINES, MOST_BYTES = 200, 256 * 1024
#: Characters of what a refused line held that are kept for a form which corrects it.
MOST_GIVEN = 2_000
MOST_ADDRESS_SHOWN = 200

COLUMNS = (*FIELDS, "destinations", "must_haves")
#: What stands between several destinations or must-haves in one cell.
BETWEEN = "|"
DELIMITERS = (",", ";", "\t")

NO_LINES = "Type or paste at least one address, one a line, or choose a file."
NOT_BOTH = "Give the addresses in the field or in a file, not in both."
NO_ADDRESS_COLUMN = (
    "The first line of a table names its columns, and one of them must be “address”. "
    "To send addresses alone, paste them into the field."
)
NOT_TEXT = "That file is not a text. Save the table as CSV and choose it again."
NOT_UTF8 = "The file is not in UTF-8, so it was read as Windows-1252: check names with accents."
BAD_QUOTES = "A quotation mark is out of place here, so the line could not be read."
TOO_MANY_CELLS = "There are more cells than columns. An address with a comma in it belongs in quotation marks."
BAD_SHAPE = 'Send {"listings": [...]}, each a text or an object such as {"address": "12 Bulevardi, Helsinki"}.'


@dataclass(frozen=True, slots=True)
class ReadLine:
    """One line: its number in what was sent, from 1; the listing, or None and why there is none."""

    number: int
    given: FormValues
    listing: Listing | None
    why: str = ""

    @property
    def address(self) -> str:
        """Return the address as it was given, cut to what a page shows."""
        return self.listing.address if self.listing else " ".join(self.given["address"].split())[:MOST_ADDRESS_SHOWN]

    @property
    def given_json(self) -> str:
        """Return what a refused line held, for a form that corrects it; "{}" for one that needs no correction."""
        if self.listing is not None:
            return "{}"
        text = msgspec.json.encode(self.given.query).decode()
        return text if len(text) <= MOST_GIVEN else msgspec.json.encode({"address": self.address}).decode()


@dataclass(frozen=True, slots=True)
class ReadListings:
    """All lines, and sentences on how they were read."""

    lines: tuple[ReadLine, ...]
    notes: tuple[str, ...] = ()


#: What a line holds, or why it cannot be read.
_Raw = tuple[int, FormValues | str]


def listings_in_request() -> ReadListings:
    """Return the lines of a request. Raises InvalidListing where nothing can be read, or there are too many lines."""
    if request.is_json:
        common, raws, notes = _from_json()
    elif request.mimetype == "text/csv":
        common = values_in(request.args)
        raws, notes = _from_file(request.get_data())
    else:
        common = values_in(request.form)
        raws, notes = _from_form()
    if not raws:
        raise InvalidListing(field="addresses", why=NO_LINES)
    if len(raws) > MOST_LINES:
        why = f"That is {count(len(raws), 'line')}; please send at most {MOST_LINES} at a time."
        raise InvalidListing(field="addresses", why=why)
    for_all = FormValues({"profile": common["profile"]}, must_haves=common.must_haves)
    listing_from(replace(for_all, values={**for_all.values, "address": "any"}))  # what is wrong for all is said once
    lines = tuple(_judged(raws, for_all))
    if not any(line.listing for line in lines):
        why = f"None of the lines can be evaluated. Line {lines[0].number}: {lines[0].why}"
        raise InvalidListing(field="addresses", why=why)
    return ReadListings(lines, tuple(notes))


def _judged(raws: Sequence[_Raw], for_all: FormValues) -> Iterator[ReadLine]:
    """Yield each line with its listing, or why it has none."""
    for number, raw in raws:
        if isinstance(raw, str):
            yield ReadLine(number, FormValues({}), None, raw)
            continue
        profile = raw["profile"] or for_all["profile"]
        given = FormValues({**raw.values, "profile": profile}, raw.destinations, raw.must_haves or for_all.must_haves)
        try:
            listing = listing_from(given)
        except InvalidListing as error:
            yield ReadLine(number, given, None, " ".join(error.by_field.values()))
            continue
        yield ReadLine(number, given, listing)


# --- from JSON -------------------------------------------------------------------------------------


def _from_json() -> tuple[FormValues, list[_Raw], list[str]]:
    body = request.get_json(silent=True)
    listings = body.get("listings") if isinstance(body, Mapping) else None
    if not isinstance(body, Mapping) or not isinstance(listings, list):
        raise InvalidListing(field="listings", why=BAD_SHAPE)
    common = values_in_json({name: value for name, value in body.items() if name != "listings"})
    return common, [(number, _json_line(item)) for number, item in enumerate(listings, 1)], []


def _json_line(item: object) -> FormValues | str:
    if isinstance(item, str):
        return FormValues({"address": item})
    if not isinstance(item, Mapping):
        return "This is neither a text nor an object."
    try:
        return values_in_json(item)
    except InvalidListing as error:
        return error.message


# --- from a form -----------------------------------------------------------------------------------


def _from_form() -> tuple[list[_Raw], list[str]]:
    text, file = request.form.get("addresses", ""), request.files.get("file")
    content = file.read(MOST_BYTES + 1) if file is not None else b""
    if content and text.strip():
        raise InvalidListing(field="file", why=NOT_BOTH)
    if content:
        return _from_file(content)
    return _from_table(text) if _columns(text)[1] else (_from_lines(text), [])


def _from_lines(text: str) -> list[_Raw]:
    lines = enumerate(text.splitlines(), 1)
    return [(number, FormValues({"address": line})) for number, line in lines if line.strip()]


def _from_file(content: bytes) -> tuple[list[_Raw], list[str]]:
    if len(content) > MOST_BYTES:
        raise InvalidListing(field="file", why=f"That file is larger than {MOST_BYTES // 1024} KB; please split it.")
    text, notes = _decoded(content)
    if not _columns(text)[1]:
        raise InvalidListing(field="file", why=NO_ADDRESS_COLUMN)
    raws, more = _from_table(text)
    return raws, notes + more


def _decoded(content: bytes) -> tuple[str, list[str]]:
    """Return a file's text, and a note where it is in no Unicode. Raises InvalidListing for what is no text."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # a spreadsheet's "Unicode text"
            return content.decode("utf-16"), []
        text, notes = content.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        text, notes = content.decode("cp1252", errors="replace"), [NOT_UTF8]
    if "\0" in text:
        raise InvalidListing(field="file", why=NOT_TEXT)
    return text, notes


# --- from a table ----------------------------------------------------------------------------------


def _columns(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the delimiter of a table and its columns; none where the first line does not name an address."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    heads = {delimiter: tuple(map(_column, first.split(delimiter))) for delimiter in DELIMITERS}
    delimiter = max(DELIMITERS, key=lambda d: (sum(name in COLUMNS for name in heads[d]), d == "\t"))
    return (delimiter, heads[delimiter]) if "address" in heads[delimiter] else (delimiter, ())


def _column(text: str) -> str:
    return "_".join(text.strip().strip("\"'").lower().split())


def _from_table(text: str) -> tuple[list[_Raw], list[str]]:
    delimiter, columns = _columns(text)
    rows = _rows(text, delimiter)
    next(rows)
    raws = [(number, _cells(columns, row)) for number, row in rows]
    unknown = [name or "one without a name" for name in columns if name not in COLUMNS]
    notes = [f"Columns that are not known were left out: {listed(list(dict.fromkeys(unknown)))}."] if unknown else []
    return raws, notes


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield the rows that hold anything, each with the number of its first line; None for one that cannot be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True, skipinitialspace=True)
    while True:
        number = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, None
        else:
            if any(cell.strip() for cell in row):
                yield number, row


def _cells(columns: Sequence[str], row: list[str] | None) -> FormValues | str:
    if row is None:
        return BAD_QUOTES
    if any(cell.strip() for cell in row[len(columns) :]):
        return TOO_MANY_CELLS
    cells = dict(zip(columns, row, strict=False))
    values = {name: cell for name, cell in cells.items() if name in FIELDS}
    return FormValues(values, _several(cells, "destinations"), _several(cells, "must_haves"))


def _several(cells: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(filter(None, (text.strip() for text in cells.get(name, "").split(BETWEEN))))
