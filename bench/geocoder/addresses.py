"""Addresses drawn from an extract, asked as people ask: clean, mangled in the usual ways, and streets abbreviated."""

from __future__ import annotations

import random
import re
import unicodedata
from collections.abc import Iterable

from app.places import Choice
from bench.geocoder.abbreviations import replaced, shortenings
from bench.geocoder.judging import Asked
from bench.geocoder.mapped import House, Mapped, key
from bench.geocoder.regions import Region
from bench.geocoder.world import World, at_one, far_apart, numbers_of

SEED = 20240607
#: Numbers as people say them; the rest are flats, units and mistakes.
NUMBER = re.compile(r"\d+\s?[a-zA-Z]?(\s?[-/]\s?\d*\s?[a-zA-Z]?)?")
#: A tag with one of these holds more than a street ("Expo Blvd, #3305").
BESIDE_A_STREET = set(",;#")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def sampled(mapped: Mapped, count: int) -> list[House]:
    """Return different addresses drawn with the fixed seed; all where there are fewer."""
    usable = {
        (house.street, house.number, house.city, house.postcode): house
        for house in sorted(mapped.houses, key=lambda house: (house.shape.lat, house.shape.lon))
        if NUMBER.fullmatch(numbers_of(house)[0])
        and not house.city.isdigit()
        and not BESIDE_A_STREET & set(house.street)
    }
    return random.Random(SEED).sample([usable[key] for key in sorted(usable)], min(count, len(usable)))


def asked_for(world: World, text: str, house: House, city: str, postcode: str) -> Asked:
    """Make a question for a house, of which the text names the city and postcode given."""
    fitting = world.fitting(house.street, numbers_of(house)[0], city, postcode)

    def right(choice: Choice) -> bool:
        return at_one(fitting, choice.location.lat, choice.location.lon)

    meant = f"{house.street} {house.number}, {house.postcode} {house.city}".rstrip(", ")
    return Asked(text, meant, right, several=far_apart(fitting))


def town_line(region: Region, city: str, postcode: str) -> str:
    """Return the city and postcode in the order of the region."""
    return " ".join(part for part in ((city, postcode) if region.postcode_last else (postcode, city)) if part)


def clean(world: World, region: Region, count: int) -> list[Asked]:
    """Ask for addresses as they would be printed."""
    return [clean_one(world, region, house) for house in sampled(world.mapped[region], count)]


def clean_one(world: World, region: Region, house: House) -> Asked:
    """Ask for one address as it would be printed."""
    number = numbers_of(house)[0]
    line = f"{number} {house.street}" if region.number_first else f"{house.street} {number}"
    text = ", ".join(part for part in (line, town_line(region, house.city, house.postcode)) if part)
    return asked_for(world, text, house, house.city, house.postcode)


def mangled(world: World, region: Region, count: int) -> list[Asked]:
    """Ask for the same addresses in a hurry."""
    draw = random.Random(SEED + 1)
    return [mangled_one(world, region, house, draw) for house in sampled(world.mapped[region], count)]


def mangled_one(world: World, region: Region, house: House, draw: random.Random) -> Asked:
    """Ask for an address with each of the usual slips made with a chance of one half."""
    number, street = numbers_of(house)[0], house.street
    abbreviate, misspell, drop_city, keep_postcode = (draw.random() < 0.5 for _ in range(4))
    if abbreviate:
        street = abbreviated(street, region.language, draw)
    if misspell:
        slipped = misspelled(street, draw)
        # A slip that happens to be another street's name asks for that one.
        street = street if key(slipped) in world.streets else slipped
    city = "" if drop_city else house.city
    postcode = house.postcode if keep_postcode else ""
    line = f"{number} {street}" if draw.random() < 0.5 else f"{street} {number}"
    text = draw.choice((", ", " ")).join(part for part in (line, town_line(region, city, postcode)) if part)
    if draw.random() < 0.5:
        text = draw.choice((text.lower(), text.upper()))
    text = without_accents(text) if draw.random() < 0.5 else text
    return asked_for(world, text, house, city, postcode)


def abbreviated(street: str, language: str, draw: random.Random) -> str:
    """Shorten all words of a street that people shorten."""
    for shortening in reversed(list(shortenings(street, language))):
        street = replaced(street, shortening, draw.choice(shortening.written))
    return street


def misspelled(street: str, draw: random.Random) -> str:
    """Make one slip in a word of four letters or more: a letter dropped, doubled, replaced or swapped."""
    spots = [m.start() + i for m in re.finditer(r"[^\W\d_]{4,}", street) for i in range(len(m.group()) - 1)]
    if not spots:
        return street
    at, slip = draw.choice(spots), draw.randrange(4)
    one, two = street[at], street[at + 1]
    return street[:at] + (two, one * 2 + two, draw.choice(_LETTERS) + two, two + one)[slip] + street[at + 2 :]


def without_accents(text: str) -> str:
    """Return the text as typed on a keyboard without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def abbreviations(world: World, region: Region, count: int) -> dict[str, list[Asked]]:
    """Ask for streets of a region with one abbreviation each, by language: at a number where one is mapped."""
    mapped = world.mapped[region]
    houses = {key(house.street): house for house in sampled(mapped, len(mapped.houses))}
    names = {region.language: {name: name for name in mapped.streets}}
    for language in region.others:
        names[language] = {other: name for which, other, name in mapped.translated if which == language}
    draw = random.Random(SEED + 2)
    asked = {}
    for language, streets in names.items():
        shortened = list(_shortened_once(world, sorted(streets), language, draw))
        drawn = draw.sample(shortened, min(count, len(shortened)))
        asked[language] = [
            _at_street(world, region, short, street, houses.get(key(streets[street]))) for street, short in drawn
        ]
    return {language: questions for language, questions in asked.items() if questions}


def _shortened_once(
    world: World, streets: Iterable[str], language: str, draw: random.Random
) -> Iterable[tuple[str, str]]:
    for street in streets:
        possible = list(shortenings(street, language))
        if possible:
            chosen = draw.choice(possible)
            short = replaced(street, chosen, draw.choice(chosen.written))
            if key(short) not in world.streets:
                yield street, short


def _at_street(world: World, region: Region, short: str, street: str, house: House | None) -> Asked:
    """Ask for a house of the street, or for the street alone where it has none."""
    if house:
        number = numbers_of(house)[0]
        text = f"{number} {short}" if region.number_first else f"{short} {number}"
        return asked_for(world, f"{text}, {house.city}" if house.city else text, house, house.city, "")

    def right(choice: Choice) -> bool:
        return world.on_street(street, choice.location.lat, choice.location.lon)

    return Asked(short, street, right, several=world.streets_apart(street))
