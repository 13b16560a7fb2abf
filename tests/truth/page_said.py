"""A page against itself: no fact twice with different values, no "none" beside one, no sentence twice."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

from app import wording
from app.pipeline.report import Finding, Group, Outcome, Report, Score
from tests.truth.statements import NAME_AND_WALK, Statement, minutes_in, sections_of, texts_of

#: Sentences that may stand more than once on a page, and why.
MAY_REPEAT = (
    # What a check rests on: hidden until asked for, and the same for checks that share it.
    re.compile(
        r"\((?:Karner|Hilpert|World Health).*\)\.$|^Your own wish|^What the listing says|^Strength of the evidence"
    ),
    re.compile(r"^Warns nearer than|^Warns above"),
    # The answer to a wish; its title above it says which.
    re.compile(r"^(The listing does not say|Yes: there is none on the map within that distance)"),
    # What holds for one destination, under its name.
    re.compile(
        r"^(Walking is as quick|No walk there was found|The timetable shows no ride|No way by car"
        r"|By transit .* depending on when you leave)"
    ),
    # Values rather than sentences: what a part rests on, a place with its walk.
    re.compile(r"^There is none on the map within"),
    re.compile(r"^[^.]+, (under \d+ (min|m)|[\d. ]+ (h|min|m|km)( \d+ min)?) on foot"),
)
#: Shorter ones are values.
SENTENCE_WORDS = 6
#: What stands for a name is no name: there may be many.
NAMELESS = "no name on the map"
NONE_TOLD = re.compile(r"(?:shows no way to|there is no) (?P<nouns>[^.;]+?)(?: within| on the map|\.|$)", re.IGNORECASE)
#: What the sentence on an address's character denies.
DENIED = re.compile(r"\bno (?P<noun>food shop|park|stop) within (?P<minutes>\d+) minutes")
NOT_KNOWN = re.compile(r"Whether there is (?P<nouns>[^.]+?) within \d+ minutes is not known")


def page_statements(report: Report, page: str) -> Iterator[Statement]:
    """Yield what must agree on a page, and between the page and its JSON."""
    yield from _one_walk_a_place(report)
    yield from _walks_in_texts(report)
    yield from _none_beside_one(report)
    yield from _known_and_unknown(report)
    yield from _counted_checks(report)
    yield from _door_once(report)
    soup = BeautifulSoup(page.replace("\u00a0", " "), "html.parser")
    yield from _scores_shown(report, soup)
    yield from _door_shown(report, soup)
    yield from _sentences_once(soup)


def _one_walk_a_place(report: Report) -> Iterator[Statement]:
    """Yield each place that is listed in several groups: its minutes and metres are the same."""
    told: dict[tuple[str, str], set[tuple[float | None, float]]] = defaultdict(set)
    for place in (p for f in report.findings for g in f.groups for p in g.places):
        told[place.osm_id, place.name if not place.osm_id else ""].add((place.minutes, place.metres))
    for (osm_id, name), values in told.items():
        if osm_id:
            yield Statement("one value", f"{osm_id}{name}", f"said as {sorted(values)}" if len(values) > 1 else "")
    nearest: dict[str, set[float | None]] = defaultdict(set)
    for group in (g for f in report.findings for g in f.groups):
        nearest[group.key].add(group.nearest_min)
    for key, minutes in nearest.items():
        yield Statement("one value", f"nearest {key}", f"said as {minutes}" if len(minutes) > 1 else "")


def _walks_in_texts(report: Report) -> Iterator[Statement]:
    """Yield each "name, minutes on foot": as the lists have it, and the same wherever it is said."""
    listed: dict[str, set[int]] = defaultdict(set)
    for place in (p for f in report.findings for g in f.groups for p in g.places):
        if place.minutes is not None:
            listed[place.name.casefold()].add(max(1, round(place.minutes)))
    said: dict[str, set[int]] = defaultdict(set)
    for text in {text for finding in sections_of(report) for text in texts_of(finding)}:
        for match in NAME_AND_WALK.finditer(text):
            said[_last_name(match["name"], listed)].add(max(1, round(minutes_in(match["walk"]))))
    for name, minutes in said.items():
        if NAMELESS in name:
            continue
        known = listed.get(name)
        extra = minutes - known if known else (minutes if len(minutes) > 1 else set())
        # 12.45 minutes are kept as 12.4 or 12.5 in a list: one minute more or less is rounding twice.
        wrong = {m for m in extra if not known or min(abs(m - k) for k in known) > 1}
        yield Statement(
            "one value", f"{name}: {sorted(minutes)} min", f"elsewhere {sorted(known or wrong)}" if wrong else ""
        )


def _last_name(text: str, listed: dict[str, set[int]]) -> str:
    """Return the name at the end of a text: the longest that is listed, else all of it."""
    plain = text.strip().casefold()
    ends = [name for name in listed if plain.endswith(name)]
    return max(ends, key=len, default=re.sub(r"^(no|yes|the nearest is): ?", "", plain))


def _none_beside_one(report: Report) -> Iterator[Statement]:
    """Yield each noun that a text says there is none of: no group has one."""
    groups = {_noun(g.title): g for f in report.findings for g in f.groups if g.within_30}
    for match in DENIED.finditer(report.character):
        beside = groups.get(match["noun"])
        wrong = f"{beside.title}: {beside.nearest_min} min" if beside and _is_within(beside, match["minutes"]) else ""
        yield Statement("no none beside one", f"character: {match.group()}", wrong)
    for finding in sections_of(report):
        for text in texts_of(finding):
            for match in NONE_TOLD.finditer(text):
                for noun in _nouns_in(match["nouns"]):
                    beside = groups.get(noun)
                    wrong = f"{beside.title}: {beside.nearest_min} min" if beside else ""
                    yield Statement("no none beside one", f"{finding.stage}: {match.group()}", wrong)
        for part in finding.parts:
            if re.match(r"There is no(ne)? .*on the map", part.evidence):
                beside = groups.get(_noun(part.label))
                wrong = f"{beside.title}: {beside.nearest_min} min" if beside else ""
                yield Statement("no none beside one", f"{finding.stage}: {part.label}: {part.evidence}", wrong)


def _is_within(group: Group, minutes: str) -> bool:
    return group.nearest_min is not None and group.nearest_min <= int(minutes)


def _known_and_unknown(report: Report) -> Iterator[Statement]:
    """Yield each need that one section calls unknown: no other counts it, and no list has it near."""
    values: dict[str, dict[str, float | None]] = defaultdict(dict)
    for finding in report.findings:
        if finding.stage in ("neighborhood", "tier2_scoring"):
            for part in finding.parts:
                values[part.key][finding.stage] = part.value
    for thing in report.door:
        values[thing.key]["door"] = None if thing.why_unknown else 1.0
    for key, told in values.items():
        both = {value is None for value in told.values()}
        yield Statement("known once", key, f"known and unknown: {told}" if len(both) > 1 else "")
    groups = {_noun(g.title): g for f in report.findings for g in f.groups if g.within_15}
    for finding in sections_of(report):
        whats = [gap.what for gap in finding.gaps]
        whats += [noun for t in texts_of(finding) for m in NOT_KNOWN.finditer(t) for noun in _nouns_in(m["nouns"])]
        for what in whats:
            beside = groups.get(_noun(what))
            yield Statement(
                "known once", f"{finding.stage}: {what} is not known", f"{beside.title} is listed" if beside else ""
            )


def _noun(text: str) -> str:
    """Return a noun in the singular without its article."""
    plain = re.sub(r"^(an?|the) ", "", text.strip().casefold())
    for ending, singular in (("ies", "y"), ("ches", "ch"), ("s", "")):
        if plain.endswith(ending):
            return plain.removesuffix(ending) + singular
    return plain


def _nouns_in(text: str) -> list[str]:
    return [_noun(part) for part in re.split(r", | and (?=an? )| or (?=an? )", text)]


def _counted_checks(report: Report) -> Iterator[Statement]:
    """Yield the counts of checks: in the facts, and as the summary says them."""
    for finding in (f for f in report.findings if f.checks):
        counts = Counter(check.outcome for check in finding.checks)
        for fact in (fact for fact in finding.facts if fact.key in set(Outcome)):
            wrong = "" if fact.value == counts[Outcome(fact.key)] else f"{counts[Outcome(fact.key)]} are listed"
            yield Statement("counts", f"{fact.label}: {fact.value}", wrong)
        if match := re.match(r"Of (\d+) checks", finding.summary):
            wrong = "" if int(match[1]) == len(finding.checks) else f"{len(finding.checks)} are listed"
            yield Statement("counts", match.group(), wrong)


def _door_once(report: Report) -> Iterator[Statement]:
    """Yield each thing at the door: as far as the lists have it, by the same name; one place has one number."""
    groups = {group.key: group for finding in report.findings for group in finding.groups if group.places}
    for thing in (thing for thing in report.door if thing.place):
        listed = groups.get(thing.key)
        wrong = "" if listed is None or listed.nearest_min == thing.minutes else f"listed as {listed.nearest_min} min"
        yield Statement("one value", f"at the door: {thing.title}, {thing.minutes} min", wrong)
    numbers: dict[tuple[str, str], set[int | None]] = defaultdict(set)
    for thing in (thing for thing in report.door if thing.place and thing.place.osm_id):
        assert thing.place is not None
        numbers[thing.place.osm_id, thing.place.name].add(thing.number)
    for (osm_id, name), told in numbers.items():
        yield Statement("one value", f"pin of {name} ({osm_id})", f"numbers {told}" if len(told) > 1 else "")


def _door_shown(report: Report, soup: BeautifulSoup) -> Iterator[Statement]:
    """Yield each thing at the door: number, name and minutes of the JSON, or that it is not known, or not there."""
    rows = {_text(row, ".row-title"): row for row in soup.select("#door .row")}
    lines = [_folded(line.get_text()) for line in soup.select("#door .row-none")]
    for thing in report.door if rows or lines else ():
        row = rows.get(thing.title)
        shown = (_text(row, ".pin"), _text(row, ".row-near")) if row else ()
        if thing.place is None:
            none = f" (none within {thing.none_within_min} minutes)" if thing.none_within_min else ""
            told = [line for line in lines if re.search(rf"[:,] {re.escape(thing.title.lower() + none)}[,.]", line)]
            begins = "Not known:" if thing.why_unknown else "None within"
            wrong = "" if not row and len(told) == 1 and told[0].startswith(begins) else f"shown as {shown}, {told}"
        else:
            wrong = "" if shown == (str(thing.number), wording.minutes(thing.minutes)) else f"shown as {shown}"
        yield Statement("score", f"line at the door: {thing.title}", wrong)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _text(tag: Tag, selector: str) -> str:
    found = tag.select_one(selector)
    return found.get_text(strip=True) if found else ""


def _scores_shown(report: Report, soup: BeautifulSoup) -> Iterator[Statement]:
    """Yield every score on the page: the one of the JSON, with the same digits everywhere."""
    for finding in (f for f in sections_of(report) if f.score is not None):
        section = soup.find(id=finding.stage)
        badge = section.find(class_="badge") if isinstance(section, Tag) else None
        shown = [badge.strong.get_text(strip=True)] if isinstance(badge, Tag) and badge.strong else []
        shown += _on_the_door(soup) if finding.stage == "tier2_scoring" else []
        assert finding.score is not None
        said = re.findall(rf"([\d.]+) of {finding.score.out_of:g}\b", finding.summary)
        yield from (_score_statement(finding, finding.score, text) for text in shown)
        forms = set(shown) | set(said)
        wrong = f"written as {sorted(forms)}" if len(forms) > 1 and " to " not in "".join(shown) else ""
        yield Statement("one form", f"{finding.stage}: {finding.score.value}", wrong)


def _on_the_door(soup: BeautifulSoup) -> list[str]:
    """Return the score or the range on the door, written as elsewhere."""
    found = soup.select_one(".door-score strong")
    text = found.get_text(strip=True).replace("–", " to ") if found else ""
    return [text] if text and text != "unknown" else []


def _score_statement(finding: Finding, score: Score, text: str) -> Statement:
    if match := re.fullmatch(r"(\d+(?:\.\d)?) to (\d+(?:\.\d)?)", text):
        low, high = score.low or score.value, score.high or score.value
        # Whole numbers out of 100, tenths on shorter scales.
        unit = 1 if score.out_of >= 50 else 0.1
        fits = abs(float(match[1]) - low) < unit and abs(float(match[2]) - high) < unit
        return Statement("score", f"{finding.stage}: {text}", "" if fits else f"it is {low} to {high}")
    decimals = len(text.partition(".")[2])
    fits = abs(float(text) - score.value) <= 0.5 * 10**-decimals + 1e-9
    # Nothing is rounded up to full marks.
    fits = fits or (float(text) == score.out_of - 1 and score.out_of - 1 < score.value < score.out_of)
    return Statement("score", f"{finding.stage}: {text}", "" if fits else f"it is {score.value}")


def _sentences_once(soup: BeautifulSoup) -> Iterator[Statement]:
    """Yield every sentence of a page: it stands there once."""
    texts = [" ".join(tag.get_text(" ").split()) for tag in _spoken(soup)]
    said = Counter(sentence for text in texts for sentence in re.split(r"(?<=[.!?]) (?=[A-Z])", text))
    for sentence, times in said.items():
        if len(sentence.split()) >= SENTENCE_WORDS and sentence.endswith(".") and not _may_repeat(sentence):
            yield Statement("said once", sentence, f"said {times} times" if times > 1 else "")


def _spoken(soup: BeautifulSoup) -> Iterator[Tag]:
    for tag in soup.select("main p, main li, main dd, main .part-evidence, main .summary"):
        if not tag.find(["p", "li", "dd", "ul", "dl"]) and not tag.select(".part-evidence"):
            yield tag


def _may_repeat(sentence: str) -> bool:
    return any(pattern.search(sentence) for pattern in MAY_REPEAT)
