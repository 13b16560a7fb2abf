"""The part of Overpass QL that is sent: settings, sets, unions, queries with filters and recursion, and `out`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.geo import Box
from tests.support.live.overpass_world import Ids, World

#: What a bracket holds, by its form; texts may stand in quotation marks or without.
TEXT = r'(?:"((?:[^"\\]|\\.)*)"|([A-Za-z_][A-Za-z0-9_:]*))'
SETTING = re.compile(r"\[(out|timeout|maxsize):([a-z0-9]+)\]")
BOUNDS = re.compile(r"\((-?[\d.]+),(-?[\d.]+),(-?[\d.]+),(-?[\d.]+)\)")
FROM = re.compile(r"\((w|r)\.([a-z]+)\)")
HAS_KEY_LIKE = re.compile(rf"\[~{TEXT}~{TEXT}\]")
HAS_VALUE = re.compile(rf"\[{TEXT}(=|!=|~|!~){TEXT}\]")
HAS_KEY = re.compile(rf"\[(!?){TEXT}\]")
INTO = re.compile(r"->\.([a-z]+)")
OUT = re.compile(r"\.([a-z]+) out body qt")
QUERY = re.compile(r"(node|way|relation)(?:\.([a-z]+))?(?=[\[(])")
MOST_SECONDS, MOST_BYTES = 180, 2_147_483_648


class NotUnderstood(ValueError):
    """The query is not of the language, or not of the part of it that is known here."""


Test = Callable[[Mapping[str, str]], bool]


def run(text: str, world: World) -> list[Ids]:
    """Return what each `out` prints. Raises NotUnderstood."""
    head, *statements = _statements(re.sub(r"\s*\n\s*", "", text)) or [""]
    settings = dict(SETTING.findall(head))
    if SETTING.sub("", head) or settings.get("out") != "json":
        raise NotUnderstood(f"settings {head!r}")
    if not 0 < int(settings["timeout"]) <= MOST_SECONDS or int(settings["maxsize"]) > MOST_BYTES:
        raise NotUnderstood("more than a query may take")
    sets: dict[str, Ids] = {}
    printed = []
    for statement in statements:
        if out := OUT.fullmatch(statement):
            printed.append(_set(sets, out[1]))
        else:
            _assign(statement, sets, world)
    return printed


def _statements(text: str) -> list[str]:
    """Return what stands between semicolons, those in round brackets and in texts aside."""
    found, depth, quoted, start = [], 0, False, 0
    for at, letter in enumerate(text):
        quoted ^= letter == '"' and text[at - 1] != "\\"
        depth += 0 if quoted else (letter == "(") - (letter == ")")
        if letter == ";" and not quoted and not depth:
            found.append(text[start:at])
            start = at + 1
    if depth or quoted or text[start:].strip():
        raise NotUnderstood("a bracket, a quotation mark or a semicolon is missing")
    return found


def _assign(statement: str, sets: dict[str, Ids], world: World) -> None:
    into = list(INTO.finditer(statement))[-1:]
    if not into or into[0].end() != len(statement):
        raise NotUnderstood(f"{statement!r} goes nowhere")
    sets[into[0][1]] = _value(statement[: into[0].start()], sets, world)


def _value(text: str, sets: Mapping[str, Ids], world: World) -> Ids:
    if text.startswith("(") and text.endswith(")"):
        found = Ids()
        for part in _statements(text[1:-1]):
            found = found.joined(_set(sets, part[1:]) if part.startswith(".") else _query(part, sets, world))
        return found
    return _query(text, sets, world)


def _set(sets: Mapping[str, Ids], name: str) -> Ids:
    if name not in sets:
        raise NotUnderstood(f"there is no set .{name}")
    return sets[name]


def _query(text: str, sets: Mapping[str, Ids], world: World) -> Ids:
    head = QUERY.match(text)
    if head is None:
        raise NotUnderstood(f"{text!r} is no query")
    tests, found = [], _everything(world) if head[2] is None else _set(sets, head[2])
    at = head.end()
    while at < len(text):
        if bounds := BOUNDS.match(text, at):
            south, west, north, east = map(float, bounds.groups())
            found, at = _common(found, world.within(Box(west, south, east, north))), bounds.end()
        elif source := FROM.match(text, at):
            found, at = _common(found, _members(source[1], _set(sets, source[2]), world)), source.end()
        else:
            test, at = _test(text, at)
            tests.append(test)
    return _of_kind(head[1], found, tests, world)


def _common(some: Ids, others: Ids) -> Ids:
    return Ids(*(mine & its for mine, its in zip(some, others, strict=True)))


def _everything(world: World) -> Ids:
    return Ids(frozenset(world.positions), frozenset(world.ways), frozenset(world.relations))


def _members(kind: str, of: Ids, world: World) -> Ids:
    """Return the nodes of some ways, or the ways of some relations."""
    if kind == "w":
        return Ids(nodes=frozenset(ref for way in of.ways for ref in world.ways[way][0]))
    members = (member for relation in of.relations for member in world.relations[relation][0])
    return Ids(ways=frozenset(ref for kind, ref, _ in members if kind == "way" and ref in world.ways))


def _of_kind(kind: str, found: Ids, tests: list[Test], world: World) -> Ids:
    none: dict[str, str] = {}
    if kind == "node":
        nodes = (node for node in found.nodes if all(test(world.node_tags.get(node, none)) for test in tests))
        return Ids(nodes=frozenset(nodes))
    if kind == "way":
        return Ids(ways=frozenset(way for way in found.ways if all(test(world.ways[way][1]) for test in tests)))
    return Ids(relations=frozenset(r for r in found.relations if all(test(world.relations[r][1]) for test in tests)))


def _test(text: str, at: int) -> tuple[Test, int]:
    """Return the filter that stands at a place of the text, and where it ends."""
    if like := HAS_KEY_LIKE.match(text, at):
        key, value = re.compile(like[1] or like[2]), re.compile(like[3] or like[4])
        return lambda tags: any(key.search(k) and value.search(v) for k, v in tags.items()), like.end()
    if compared := HAS_VALUE.match(text, at):
        return _comparison(compared[1] or compared[2], compared[3], compared[4] or compared[5]), compared.end()
    if has := HAS_KEY.match(text, at):
        wanted = has[2] or has[3]
        return lambda tags: (wanted in tags) != bool(has[1]), has.end()
    raise NotUnderstood(f"{text[at:]!r} is no filter")


def _comparison(key: str, sign: str, value: str) -> Test:
    pattern = re.compile(value if "~" in sign else f"^{re.escape(value)}$")
    return lambda tags: (key in tags and pattern.search(tags[key]) is not None) != sign.startswith("!")
