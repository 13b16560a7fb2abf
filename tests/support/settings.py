"""The table of all settings, as `python -m tests.support.settings` writes it into docs/operations.md.

Defaults and ranges are those of `Config`; what a setting means is the comment above its field. A test keeps the table
as it would be written.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import Field, fields

from app.config import PREFIX, Config
from tests.support.folders import ROOT

DOCUMENT = ROOT / "docs" / "operations.md"
BEGIN = "<!-- settings: written by `python -m tests.support.settings` -->"
END = "<!-- end of settings -->"
HEAD = ("| variable | default (and range) | meaning |", "| --- | --- | --- |")


def meanings() -> dict[str, str]:
    """Return what the comment above each field of Config says, in one line; fields in a row may share one."""
    commented = re.findall(r"((?:^ +#: .*\n)+)((?: +\w+: .*\n)+)", inspect.getsource(Config), re.MULTILINE)
    return {
        name: " ".join(line.strip()[3:] for line in comment.splitlines())
        for comment, named in commented
        for name in re.findall(r"^ +(\w+): ", named, re.MULTILINE)
    }


def table() -> str:
    """Return the table, between the marks that find it again."""
    meaning = meanings()
    rows = (f"| `{PREFIX}{each.name.upper()}` | {_default(each)} | {meaning[each.name]} |" for each in fields(Config))
    return "\n".join((BEGIN, *HEAD, *rows, END))


def written_in(text: str) -> str:
    """Return the table that stands in a document, with its marks."""
    return text[text.index(BEGIN) : text.index(END) + len(END)]


def _default(setting: Field[object]) -> str:
    """Return "10,000 (1 to 10,000,000)" or "`text` or `json`", the default alone where anything is allowed."""
    if "low" in setting.metadata:
        shown = tuple(_numbers((setting.default, setting.metadata["low"], setting.metadata["high"])))
        return f"{shown[0]} ({shown[1]} to {shown[2]})"
    if "words" in setting.metadata:
        return " or ".join(f"`{word}`" for word in setting.metadata["words"])
    return f"`{setting.default}`" if setting.default != "" else "none"


def _numbers(values: tuple[object, ...]) -> Iterator[str]:
    for value in values:
        yield f"{value:,g}" if isinstance(value, float) and value % 1 else f"{int(str(value).partition('.')[0]):,}"


def main() -> None:
    """Write the table."""
    text = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(text.replace(written_in(text), table()), encoding="utf-8")


if __name__ == "__main__":
    main()
