"""Tables of listings: whatever a spreadsheet writes is read back, and no text breaks the reading."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.errors import InvalidListing
from app.web.listings import MOST_LINES, ReadListings, listings_in_request

#: Texts as people type them into cells: with what means something in a table.
cells = st.text(st.sampled_from("abc 1,;\"\t|\n'="), min_size=1, max_size=12).map(lambda text: f"x{text}")
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read(app: Flask, body: str | bytes) -> ReadListings:
    with app.test_request_context("/batch", method="POST", data=body, content_type="text/csv"):
        return listings_in_request()


@quick
@given(st.lists(cells, min_size=1, max_size=8), st.sampled_from(",;\t"))
def test_every_address_is_read_as_it_was_written(app: Flask, addresses: list[str], delimiter: str) -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerows([("bedrooms", "address"), *(("2", address) for address in addresses)])
    found = read(app, out.getvalue()).lines
    assert [line.listing and line.listing.address for line in found] == [" ".join(each.split()) for each in addresses]
    # Numbers are those of an editor: each line break within a cell counts.
    begins = [2 + sum(1 + earlier.count("\n") for earlier in addresses[:place]) for place in range(len(addresses))]
    assert [line.number for line in found] == begins


@quick
@given(st.binary(max_size=60))
def test_no_file_breaks_the_reading(app: Flask, junk: bytes) -> None:
    lines = read(app, b"address\nsomewhere 1\n" + junk).lines if b"\0" not in junk else ()
    for line in lines:
        assert (line.listing is None) == bool(line.why)
        assert len(line.address) <= 2_000


@pytest.mark.parametrize("amount", [MOST_LINES, MOST_LINES + 1])
def test_there_is_an_end_to_lines_blank_ones_not_counted(app: Flask, amount: int) -> None:
    body = "address\n" + "\n\n".join(f"{number} Main" for number in range(amount))
    if amount <= MOST_LINES:
        assert len(read(app, body).lines) == amount
    else:
        with pytest.raises(InvalidListing, match="at most 200"):
            read(app, body)
