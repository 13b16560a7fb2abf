"""Every sentence template of a report, as `python -m tests.support.words` writes them into docs/words.md.

A template is a text in the code that people may read, with a name in braces for each value. Examples come from reports
on real addresses: of the sample regions, and of the larger ones where they are at hand.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from werkzeug.datastructures import MultiDict

from app.maps.pictures import ZOOMS
from app.maps.words import SECTION_TITLES, map_words, section_words
from app.pipeline.report import Report
from app.views.adjusting import adjustment_in
from app.views.maps import SECTION_KEYS
from tests.support.folders import ROOT

PIPELINE = ROOT / "app/pipeline"
#: Who says what else of an address, by the names of their modules.
OTHERS = ("extras", "walkscore", "ratings", "fema")
#: Which files speak to whoever reads a report, and what each speaks about, in the order of the page.
SPOKEN = (
    ("The verdict", ("stages/saving.py",)),
    ("Where it is", ("stages/geocode.py", "found.py", "../sources/pins.py")),
    ("Daily life: the score of the place", ("rules/headline.py", "stages/tier2_scoring.py", "town.py")),
    ("Quiet and safe", ("rules/safety.py", "rules/flood_zones.py", "stages/tier1_checks.py")),
    ("What you asked for", ("rules/must_haves.py", "must_haves.py")),
    ("What it is like", ("rules/character.py", "character.py")),
    ("At the door", ("door.py",)),
    ("Daily needs on foot", ("stages/neighborhood.py", "needs_near.py", "../needs.py")),
    ("Errands on foot", ("stages/walk_scores.py", "rules/categories.py")),
    ("Green", ("rules/green.py", "stages/green_escape.py", "stages/green_spaces.py")),
    ("Getting around", ("report.py", "stages/urban_access.py")),
    ("Transit", ("rules/transit.py", "transit_stops.py", "stages/transit_access.py", "stages/transit_score.py")),
    ("Cycling", ("rules/indexes.py", "stages/bike_score.py")),
    ("Families", ("stages/schools.py",)),
    ("The home", ("stages/tier3_bonuses.py",)),
    ("What others say", tuple(f"../sources/live/extras/{name}.py" for name in OTHERS)),
    ("What we do not know", ("rules/mapped.py", "knowledge.py", "confidence.py", "evaluate.py")),
    ("Scored again", ("rescoring.py", "../web/preferences.py", "../views/adjusting.py")),
    ("What changed", ("changes.py",)),
    ("Side by side", ("comparing.py",)),
    ("The page", ("../views/report.py", "../views/topics.py", "../views/unknowns.py")),
    ("Maps", ("../maps/words.py", "../views/maps.py")),
    ("Numbers, times and lists", ("../wording.py",)),
)
#: What pages say on top of what stands in a report.
BESIDE_REPORTS = ("Scored again", "Maps")
DOCUMENT = ROOT / "docs/words.md"
INTRODUCTION = """# Words

Every sentence that a report can say, as it stands in the code: a name in braces is filled in. An example is what a
report on a real address said; where there is none, no address tried so far led to that sentence. Read it aloud before
you change it. A test keeps this page complete: `python -m tests.support.words` writes it again.
"""


@dataclass(frozen=True, slots=True)
class Template:
    """A text with names in braces, and the pattern of what it can say."""

    text: str
    pattern: str

    def example(self, said: Sequence[str]) -> str:
        """Return the shortest text that it said, "" for none."""
        whole = re.compile(self.pattern)
        found = [match.group() for text in said if (match := whole.fullmatch(text))]
        found = found or [text for text in said if whole.search(text)]
        return min(found, key=lambda text: (len(text), text), default="")


def templates_in(path: Path) -> tuple[Template, ...]:
    """Return the templates of a module, in their order, each once."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node) for node in _silent(tree)}
    found = {t.text: t for node in _texts(tree, silent) if (t := _template(node)) and _is_spoken(t.text)}
    return tuple(found.values())


def _silent(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield texts that nobody reads: docstrings, what is logged or raised, and patterns."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        if isinstance(node, ast.Raise | ast.Subscript):
            yield from ast.walk(node)
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("log.", "re.")):
            yield from ast.walk(node)


def _texts(tree: ast.AST, silent: set[int]) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield the texts of a tree in reading order, but no pieces of a longer one."""
    for node in ast.iter_child_nodes(tree):
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr):
            yield node
            for value in node.values:
                if isinstance(value, ast.FormattedValue):
                    yield from _texts(value, silent)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node
        else:
            yield from _texts(node, silent)


def _template(node: ast.Constant | ast.JoinedStr) -> Template | None:
    if isinstance(node, ast.Constant):
        text = re.sub(r"\{(\w*)\}", lambda m: "{" + (m.group(1) or "value") + "}", str(node.value))
        return Template(text, re.sub(r"\\\{\w+\\\}", ".+", re.escape(text)))
    shown, pattern = "", ""
    for value in node.values:
        if isinstance(value, ast.FormattedValue):
            shown, pattern = f"{shown}{{{_name(value.value)}}}", f"{pattern}.*"
        elif isinstance(value, ast.Constant):
            shown, pattern = shown + str(value.value), pattern + re.escape(str(value.value))
    return Template(shown, pattern)


def _name(node: ast.expr) -> str:
    """Return the last word of an expression, which says what is filled in."""
    words = [each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)]
    names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
    return (words or names or ["value"])[0].strip("_").lower()


def _is_spoken(text: str) -> bool:
    """Return whether a text is words for people: several, or one with a capital letter or a full stop."""
    words = re.sub(r"\{\w+\}", "", text)
    if re.search(r"[_=<>|\\]|SELECT|%Y", words):
        return False
    return bool(re.search(r"[A-Za-zé]{2,}[ ,:]+[A-Za-zé]|[A-Za-zé]{2,}\.$|[A-Za-z]{2,} \{", text) and words.strip())


def said_by(report: Report) -> Iterator[str]:
    """Yield every text of a report, and the sentences of those that have several."""
    for text in _texts_of(report):
        yield text
        yield from re.split(r"(?<=[.!?]) (?=[A-Z0-9“])", text)


def said_on_page(report: Report) -> Iterator[str]:
    """Yield what the page says beside the report: its maps in words, and the sentences on a report scored again."""
    for zoom in ZOOMS:
        yield from re.split(r"(?<=[.!?]) (?=[A-Z])", map_words(report, zoom))
    for name in SECTION_TITLES:
        yield section_words(report, name)
    yield from SECTION_TITLES.values()
    yield from (words for key in SECTION_KEYS.values() for _, words in key)
    for query in ADJUSTED:
        adjusted = adjustment_in(MultiDict(query), report)
        yield from (adjusted.beside, adjusted.scored_for, adjusted.made_for, *adjusted.left_out)
        choices = (adjusted.profiles, *adjusted.must_haves, *adjusted.weights)
        yield from (text for choice in choices for text in (choice.title, *(option.words for option in choice.options)))


#: Links by which reports are scored again for the examples: for all that is offered, and for what is not.
ADJUSTED = (
    {"profile": "family", "must": "supermarket-10", "weight.park": "2"},
    {"profile": "car-free", "must": "none", "weight.transit": "0"},
    {"profile": "astronaut", "must": "castle-5", "weight.moat": "2", "weight.park": "9"},
)


def _texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts_of(item)
    elif hasattr(value, "__dataclass_fields__"):
        for name in value.__dataclass_fields__:
            if name not in ("listing", "source", "osm_id", "link"):
                yield from _texts_of(getattr(value, name))


def sections() -> Iterator[tuple[str, tuple[Template, ...]]]:
    """Yield each heading with the templates of its files; files that are not there are left out."""
    for title, files in SPOKEN:
        paths = [(PIPELINE / file).resolve() for file in files]
        found = {t.text: t for path in paths if path.exists() for t in templates_in(path)}
        yield title, tuple(found.values())


def document(said: Sequence[str], on_page: Sequence[str]) -> str:
    """Return docs/words.md from what reports say, and what their pages say beside that."""
    lines = [INTRODUCTION]
    for title, templates in sections():
        lines += [f"## {title}", "", "| says | for example |", "| --- | --- |"]
        texts = on_page if title in BESIDE_REPORTS else said
        lines += [f"| {_cell(t.text)} | {_cell(t.example(texts))} |" for t in templates]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _cell(text: str) -> str:
    return text.strip().replace("|", "\\|").replace("\n", " ")


def listed_in(text: str) -> dict[str, list[str]]:
    """Return the templates of each section of docs/words.md."""
    found: dict[str, list[str]] = {}
    for part in text.split("\n## ")[1:]:
        title, _, rest = part.partition("\n")
        rows = [line for line in rest.splitlines() if line.startswith("| ")][2:]
        found[title] = [row[2:].split(" | ")[0] for row in rows]
    return found


def main() -> None:
    """Write docs/words.md with examples from every region at hand."""
    from tests.support.real_reports import real_reports

    reports = list(real_reports())
    said = sorted({text for report in reports for text in said_by(report)})
    on_page = sorted({text for report in reports for text in said_on_page(report)})
    DOCUMENT.write_text(document(said, on_page), encoding="utf-8")


if __name__ == "__main__":
    main()
