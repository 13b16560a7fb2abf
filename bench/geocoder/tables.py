"""Markdown tables of tallies and times, and the bars that they must reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.geocoder.judging import Tally, Verdict


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing that must be reached: what was measured, what is needed, and whether that is met."""

    what: str
    got: str
    needed: str
    met: bool


@dataclass(slots=True)
class Printed:
    """Collects the bars while tables are printed; shows so many failures above each row."""

    show: int = 0
    bars: list[Bar] = field(default_factory=list)

    def heading(self, title: str, columns: Sequence[str]) -> None:
        """Begin a table."""
        print(f"\n### {title}\n")
        self.row(columns)
        print("|" + " --- |" * len(columns), flush=True)

    def row(self, cells: Iterable[str]) -> None:
        """Print a row."""
        print("| " + " | ".join(cells) + " |", flush=True)

    def failures(self, failures: Sequence[str]) -> None:
        """Print the first failures."""
        for failure in failures[: self.show]:
            print(f"    {failure}")

    def share(self, what: str, got: float, needed: float) -> None:
        """Note a share that must be reached."""
        self.bars.append(Bar(what, f"{got:.1%}", f">= {needed:.0%}", got >= needed))

    def at_most(self, what: str, got: float, most: float, unit: str = "") -> None:
        """Note a value that must not be exceeded."""
        self.bars.append(Bar(what, f"{got:.4g}{unit}", f"<= {most:g}{unit}", got <= most))

    def at_least(self, what: str, got: int, least: int) -> None:
        """Note a count that must be reached."""
        self.bars.append(Bar(what, str(got), f">= {least}", got >= least))

    def summary(self) -> bool:
        """Print all bars; return whether every one is met."""
        self.heading("Bars", ("", "got", "needed", "met"))
        for bar in self.bars:
            self.row((bar.what, bar.got, bar.needed, "yes" if bar.met else "NO"))
        return all(bar.met for bar in self.bars)


VERDICTS = tuple(Verdict)
VERDICT_COLUMNS = ("asked", *(verdict.value.replace("asked", "asked back") for verdict in VERDICTS), "right")


def verdict_cells(tally: Tally, right: float) -> list[str]:
    """Return how many questions there were, how many had each verdict, and the share that counts as right."""
    return [str(tally.total), *(str(tally.counts[verdict]) for verdict in VERDICTS), f"{right:.1%}"]
