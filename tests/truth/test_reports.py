"""Every statement of real reports that an oracle can judge is true, and no page contradicts itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.real_reports import LARGER
from tests.truth.__main__ import rows_of
from tests.truth.addresses import larger
from tests.truth.conftest import SAMPLES, OpenSample
from tests.truth.statements import Statement
from tests.truth.table import Pages, check

#: Fewer statements than this on one page: the net has come loose.
LEAST_CHECKED = 300


def false_in(statements: list[Statement]) -> list[str]:
    """Return what is not so."""
    return [f"[{s.kind}] {s.said} -- {s.truth}" for s in statements if s.truth]


@pytest.mark.parametrize(("name", "number"), [(n, i) for n, e in SAMPLES.items() for i in range(len(e.listings))])
def test_a_report_on_a_sample_address_says_nothing_false(
    sample: OpenSample, pages: Pages, name: str, number: int
) -> None:
    region, reports = sample(name)
    assert len(reports) == len(SAMPLES[name].listings)
    statements = list(check(reports[number], region, pages.render(reports[number])))
    assert len(statements) > LEAST_CHECKED
    assert false_in(statements) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, _, _ in LARGER])
def test_no_report_on_a_larger_region_says_anything_false(tmp_path: Path, pages: Pages, name: str) -> None:
    extract = next((extract for extract in larger() if extract.name == name), None)
    if extract is None:
        pytest.skip(f"the extract of {name} is not beside the repository")
    rows = list(rows_of(extract, tmp_path, pages, seed=1))
    assert rows
    assert {row.address: false for row in rows if (false := false_in(list(row.statements)))} == {}
