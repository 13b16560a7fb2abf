"""Measure locating: `python -m bench.geocoder --regions DIR`, after `python -m bench.geocoder --import DIR`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from app.places import Question
from app.sources.regions import ImportedRegions
from bench.geocoder import addresses, speed, suite
from bench.geocoder.abroad import abroad, known_names
from bench.geocoder.judging import FAILURES, Asked, Locator, Tally, Verdict, ask
from bench.geocoder.named import places
from bench.geocoder.regions import MANY, SHARED, Region, alone, at_hand, import_all, import_seconds, many
from bench.geocoder.tables import VERDICT_COLUMNS, Printed, verdict_cells
from bench.geocoder.world import World, load

KNOWN = (Verdict.FOUND, Verdict.GUESSED, Verdict.ASKED)
ANY_QUESTION = (*KNOWN, Verdict.ASKED_NEEDLESSLY)
#: Questions for each region of the check that other regions change nothing.
CHECKED = 30


@dataclass(frozen=True, slots=True)
class Run:
    """What all kinds of question need."""

    world: World
    regions_dir: Path
    data: Path
    count: int
    out: Printed
    #: All regions of the folder.
    locator: ImportedRegions


def clean(run: Run) -> None:
    """Ask for addresses as printed."""
    _by_region(run, "Clean addresses", addresses.clean, 0.99, KNOWN)


def mangled(run: Run) -> None:
    """Ask for addresses in a hurry."""
    _by_region(run, "Mangled addresses", addresses.mangled, 0.95, ANY_QUESTION)


def _by_region(
    run: Run,
    title: str,
    made: Callable[[World, Region, int], list[Asked]],
    needed: float,
    right: Sequence[Verdict],
) -> None:
    run.out.heading(title, ("region", *VERDICT_COLUMNS))
    for region in run.world.mapped:
        questions = made(run.world, region, run.count)
        if len(questions) < min(run.count, 100):
            print(f"| {region.name} | {len(questions)} mapped: left out |" + " |" * (len(VERDICT_COLUMNS) - 1))
            continue
        tally = ask(run.locator, questions)
        _row(run, region.name, tally, right)
        run.out.share(f"{title.lower()}, {region.name}", tally.share(*right), needed)


def _row(run: Run, name: str, tally: Tally, right: Sequence[Verdict]) -> None:
    run.out.failures(tally.failures)
    run.out.row([name, *verdict_cells(tally, tally.share(*right))])


def abbreviations(run: Run) -> None:
    """Ask for streets with one abbreviation each; the bar holds for each language."""
    run.out.heading("Abbreviated streets", ("region, language", *VERDICT_COLUMNS))
    by_language: dict[str, Tally] = {}
    for region in run.world.mapped:
        for language, questions in addresses.abbreviations(run.world, region, run.count // 2).items():
            tally = ask(run.locator, questions)
            _row(run, f"{region.name}, {language}", tally, ANY_QUESTION)
            by_language[language] = by_language.get(language, Tally()) + tally
    for language, tally in by_language.items():
        run.out.row([f"all, {language}", *verdict_cells(tally, tally.share(*ANY_QUESTION))])
        run.out.share(f"abbreviations, {language}", tally.share(*ANY_QUESTION), 0.95)


def foreign(run: Run) -> None:
    """Ask for what is in no region."""
    columns = (Verdict.LOST, Verdict.ASKED_AMISS, Verdict.WRONG)
    run.out.heading("In no region", ("kind", "asked", "refused", "asked back", "answered with a place"))
    tallies = {kind: ask(run.locator, questions) for kind, questions in abroad(run.world.words).items()}
    total = sum(tallies.values(), Tally())
    run.out.failures([failure for failure in total.failures if failure.startswith(Verdict.WRONG)])
    for kind, tally in (*tallies.items(), ("all", total)):
        run.out.row([kind, str(tally.total), *(str(tally.counts[verdict]) for verdict in columns)])
    print(f"\nnot asked, as something mapped is called so: {', '.join(known_names(run.world.words)) or 'none'}")
    run.out.at_most("places in no region answered with something else", total.counts[Verdict.WRONG], 0)


def named(run: Run) -> None:
    """Ask for places by their names."""
    run.out.heading("Places by name", ("region", *VERDICT_COLUMNS))
    total = Tally()
    for region, questions in places(run.world).items():
        tally = ask(run.locator, questions)
        _row(run, region.name, tally, ANY_QUESTION)
        total = total + tally
    run.out.row(["all", *verdict_cells(total, total.share(*ANY_QUESTION))])
    run.out.share("places by name", total.share(*ANY_QUESTION), 0.95)


def milan(run: Run) -> None:
    """Ask what people asked for in Milan."""
    questions = suite.milan(run.data)
    if not questions or not any(region.name == "milan" for region in run.world.mapped):
        print("\nleft out: the questions about Milan or its extract are not here")
        return
    run.out.heading("Milan", ("", *VERDICT_COLUMNS))
    tally = ask(run.locator, questions)
    _row(run, "geocoder-tester", tally, ANY_QUESTION)
    print(f"\n{suite.BESIDE}")
    right = sum(tally.counts[verdict] for verdict in ANY_QUESTION)
    run.out.at_least("questions about Milan", right, suite.LEAST_RIGHT)


def adding(run: Run) -> None:
    """Compare each region alone with all together: an address that names its town must not move."""
    run.out.heading("Alone and among the others", ("region", "asked", "answered otherwise"))
    moved = 0
    for region in run.world.mapped:
        houses = [house for house in addresses.sampled(run.world.mapped[region], run.count) if house.city][:CHECKED]
        texts = [addresses.clean_one(run.world, region, house).text for house in houses]
        if not alone(run.regions_dir, region.name).is_dir() or not texts:
            run.out.row([region.name, "left out", ""])
            continue
        single, together = ImportedRegions(alone(run.regions_dir, region.name)), run.locator
        otherwise = [text for text in texts if _answer(single, text) != _answer(together, text)]
        for text in otherwise[: run.out.show]:
            print(f"    {text!r}: {_answer(single, text)} alone, {_answer(together, text)} among the others")
        run.out.row([region.name, str(len(texts)), str(len(otherwise))])
        moved += len(otherwise)
    run.out.at_most("addresses that other regions move", moved, 0)


def _answer(locator: Locator, text: str) -> object:
    """Return the point answered, or what else happened."""
    try:
        answer = locator.locate(text)
    except FAILURES as error:
        return type(error).__name__
    return "question" if isinstance(answer, Question) else (answer.lat, answer.lon)


def times(run: Run) -> None:
    """Measure one region after the other alone, then many together."""
    columns = ("questions", "locate p50 / p99 ms", "on the wall", "letters", "complete p50 / p99 ms", "on the wall")
    run.out.heading("Speed (processor, and wall)", ("regions", *columns, "index MB", "import s"))
    elsewhere = list(chain(*abroad(run.world.words).values()))
    by_name = places(run.world)
    seconds = import_seconds(run.regions_dir)
    everything: list[Asked] = []
    for region in run.world.mapped:
        own = [*_made(run, region, 100), *by_name.get(region, [])]
        everything += own
        folder = alone(run.regions_dir, region.name)
        cells = [f"{speed.index_bytes(run.regions_dir, region.name) / 1e6:.2f}", f"{seconds.get(region.name, 0):.1f}"]
        _timed(run, region.name, folder, [*own, *elsewhere[::8]], limits=(20.0, 15.0), cells=cells)
    size = f"shared {speed.shared_bytes(many(run.regions_dir)) / 1e6:.2f}" if many(run.regions_dir).is_dir() else ""
    _timed(
        run, f"{MANY} together", many(run.regions_dir), [*everything, *elsewhere], limits=(40.0, 40.0), cells=[size, ""]
    )


def _made(run: Run, region: Region, count: int) -> list[Asked]:
    """Return clean and mangled addresses of a region, and abbreviated streets."""
    shortened = chain(*addresses.abbreviations(run.world, region, count).values())
    return [*addresses.clean(run.world, region, count), *addresses.mangled(run.world, region, count), *shortened]


def _timed(
    run: Run, name: str, folder: Path, questions: Sequence[Asked], *, limits: tuple[float, float], cells: list[str]
) -> None:
    if not folder.is_dir():
        run.out.row([name, "left out", *[""] * 5, *cells])
        return
    located = speed.locate_times(folder, speed.mixed(questions, 1_000))
    completed = speed.complete_times(folder, speed.mixed(questions, 80))
    run.out.row([name, str(located.count), *located.cells(), str(completed.count), *completed.cells(), *cells])
    run.out.at_most(f"locate p99, {name}", located.cpu_p99, limits[0], " ms")
    run.out.at_most(f"complete p99, {name}", completed.cpu_p99, limits[1], " ms")


KINDS: dict[str, Callable[[Run], None]] = {
    "clean": clean,
    "mangled": mangled,
    "abbreviations": abbreviations,
    "foreign": foreign,
    "places": named,
    "milan": milan,
    "adding": adding,
    "speed": times,
}


def show(world: World, data: Path, kind: str, count: int) -> None:
    """Print the questions of a kind, and what each means."""
    lists: dict[str, list[Asked]] = {}
    if kind in ("clean", "mangled"):
        made = addresses.clean if kind == "clean" else addresses.mangled
        lists = {region.name: made(world, region, count) for region in world.mapped}
    elif kind == "abbreviations":
        for region in world.mapped:
            by_language = addresses.abbreviations(world, region, count // 2)
            lists |= {f"{region.name}, {language}": questions for language, questions in by_language.items()}
    elif kind == "foreign":
        lists = abroad(world.words)
    elif kind == "places":
        lists = {region.name: questions for region, questions in places(world).items()}
    elif kind == "milan":
        lists = {kind: suite.milan(data)}
    for name, questions in lists.items():
        for question in questions:
            print(f"{name}\t{question.text}\t{question.meant}\t{'several fit' if question.several else ''}")


def main(arguments: Sequence[str]) -> int:
    """Import, print questions, or ask them; return 1 where a bar is missed."""
    options = _options().parse_args(arguments)
    if options.importing:
        import_all(options.data, options.importing)
        return 0
    regions = at_hand(options.data)
    if options.print:
        show(load(regions), options.data, options.print, options.count)
        return 0
    if not options.regions:
        raise SystemExit("--regions DIR is needed: a folder that `--import DIR` filled")
    present = {region: path for region, path in regions.items() if (options.regions / region.name).is_dir()}
    if not present:
        raise SystemExit(f"no region that is known here is in {options.regions}")
    locator = ImportedRegions(options.regions)
    run = Run(load(present), options.regions, options.data, options.count, Printed(options.wrong), locator)
    for kind in options.only.split(","):
        KINDS[kind](run)
    return 0 if run.out.summary() else 1


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.geocoder", description=__doc__)
    parser.add_argument("--regions", type=Path, metavar="DIR", help="folder of imported regions, called regions")
    parser.add_argument("--import", dest="importing", type=Path, metavar="DIR", help="import all regions into DIR")
    parser.add_argument("--data", type=Path, default=SHARED, metavar="DIR", help="where regions/ and suites/ lie")
    parser.add_argument("--only", default=",".join(KINDS), help=f"kinds, with commas: {', '.join(KINDS)}")
    parser.add_argument("--count", type=int, default=1_000, help="addresses of a region")
    parser.add_argument("--wrong", type=int, default=0, metavar="N", help="failures shown above each row")
    parser.add_argument("--print", metavar="KIND", help="print the questions of a kind instead of asking them")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
