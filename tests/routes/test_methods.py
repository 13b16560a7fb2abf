"""The page that explains every score: it is written from the constants, so a change of one shows on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from app import places
from app.atlas import facts
from app.atlas.geocoder.search import houses
from app.atlas.streets.rules import bike, car, walk
from app.atlas.transit import contract, journeys
from app.atlas.transit.compile import changes
from app.needs import NEED
from app.pipeline.rules import flood_zones, profiles, wishes
from app.pipeline.rules.headline import PROFILES
from app.pipeline.rules.profiles import METHODS, METHODS_VERSION
from app.places import Kind
from app.sources import deciding, pins
from app.sources.extras import FloodHazard
from app.sources.live.extras import extras, ratings
from app.views import methods
from app.wording import sentence
from tests.support.asking import soup, visible_text

#: A constant of `METHODS`, another value for it, and what the page says then.
RULES = [
    ("version", "2031.7", "Methods, version 2031.7"),
    ("distances.metres_per_minute", 83.0, "at 83 metres a minute"),
    ("distances.detour_ratio", 2.7, "longer than 2.7 times the straight line"),
    ("distances.snap_warn_m", 123.0, "medium beyond 123 m"),
    ("distances.disc_m", 2_700.0, "The map ends within 2.7 km"),
    ("walk.full_m", 417.0, "in full up to 417 m on foot"),
    ("walk.exponent", 2.25, "to the power of 2.25"),
    ("walk.junction_penalty", ((17.0, 6.0),), "under 17 junctions per km² 6 %"),
    ("walk.words", ((60.0, "easy"), (0.0, "hard")), "from 60: easy; below 60: hard"),
    ("needs.full_min", 12.0, "within 12 minutes on foot"),
    ("needs.none_min", 28.0, "falling to 0 at 28 minutes"),
    ("bike.reach_m", 2_750.0, "within 2,750 m that can be reached"),
    ("bike.quiet_stress", 3, "stress 3 or less"),
    ("bike.infrastructure_weight", 0.35, "Paths and lanes 35 %"),
    ("bike.decay", ((1_700.0, 1.0), (5_100.0, 0.0)), "1 at 1.7 km, 0 at 5.1 km"),
    ("transit.trips_reference", 33.0, "in its better direction / 33"),
    ("transit.halves_min", 12.0, "each 12 minutes of walking halve it"),
    ("transit.mode_weights", (("tram", 1.75),), "Tram 1.75"),
    ("urban.worth_riding_min", 2.0, "less than 2 minute"),
    ("green.near_m", 350.0, "lies within 350 m"),
    ("green.nature_share", ((0.65, 2.0),), "from 65 % 2"),
    ("green.comfort_each", 0.45, "0.45 each for benches"),
    ("green.daily_min", 12.0, "More than 12 minutes away it is too far"),
    ("green.most_if_far", 3.25, "and has 3.25 at most"),
    ("green.most_if_small", 6.25, "has 6.25 at most"),
    ("safety.covered", 0.85, "Where 85 % or more of the area"),
    ("safety.noise.warn_db", 63.0, "Above 63 dB it warns"),
    ("safety.noise.levels", ((Kind.MOTORWAY, 78.0),), "Motorway 78 dB"),
    ("headline.half_min", 7.0, "half of it 7 minutes later"),
    ("headline.nearest_share", 0.55, "worth 55 % for the walk"),
    ("home.points", 6.0, "earns 6 points each"),
    ("headline.named", 4, "up to 4 good and 4 bad things"),
    ("confidence.reasons_for_low", 5, "or 5 reasons, make it low"),
    ("confidence.least_known", 0.6, "more than 60 % of its weight"),
]
#: The same for constants that live beside what they rule.
CONSTANTS = [
    (places, "MOST_CHOICES", 7, "with up to 7 choices"),
    (houses, "WIDEST_GAP", 38, "no more than 38 numbers"),
    (houses, "WIDEST_GAP_M", 390.0, "and 390 m apart"),
    (deciding, "MUCH_NEARER", 1.75, "1.75 times nearer than the next"),
    (pins, "NEIGHBOUR_M", 1_234.0, "the addresses within 1,234 m"),
    (walk, "STEPS_SECONDS_PER_METRE", 4 * walk.SECONDS_PER_METRE, "at 25 % of that speed on steps"),
    (bike, "PUSHING", 2.5, "each metre counts 2.5"),
    (bike, "MAX_STRESS", 5, "from 1 (calm) to 5"),
    (wishes, "MOST_STREETS", 7, "The 7 best are listed"),
    (wishes, "LEAST_WEIGHT", 0.4, "but at least 0.4"),
    (car, "SHARE_OF_LIMIT", 0.7, "70 % of the speed limit"),
    (car, "SERVICE_SPEED_KMH", 12.0, "12 in driveways"),
    (contract, "DAYTIME_S", (6 * 3600, 20 * 3600), "from 6:00 to 20:00"),
    (journeys, "MORNING", journeys.Span(7 * 3600 + 1800, 60, 6_600), "every minute between 7:30 and 8:30"),
    (changes, "SLACK_S", 90, "A change takes 90 seconds"),
    (changes, "LONGEST_WALK_S", 720.0, "12 minutes at most"),
    (changes, "SAME_NAME_M", 175.0, "of one name within 175 m"),
    (facts, "PATTERN_M", 900.0, "Junctions per km² within 900 m"),
    (facts, "LEAST_MAPPED_SHARE", 0.45, "less than 45 % of it is mapped"),
    (facts, "SNAP_M", 450.0, "low beyond 450 m"),
    (methods, "LISTED_MIN", 25, "schools within 25 minutes on foot"),
    (ratings, "WITHIN_M", 650, "places within 650 m"),
    (ratings, "LEAST_RATINGS", 9, "A place needs 9 ratings"),
    (ratings, "MOST_PLACES", 7, "the 7 with the most are"),
    (extras, "PATIENCE_S", 17.0, "not answered 17 seconds"),
    (flood_zones, "MEANINGS", dict.fromkeys(FloodHazard, "a wet place"), "A wet place"),
    (profiles, "OLD_DATA_BEFORE", "2029-02-03", "medium before 2029-02-03"),
]


def changed(rules: Any, path: str, value: object) -> Any:
    """Return a copy of the rules with one constant changed."""
    name, _, rest = path.partition(".")
    return replace(rules, **{name: changed(getattr(rules, name), rest, value) if rest else value})


@pytest.mark.parametrize(("path", "value", "said"), RULES, ids=[path for path, *_ in RULES])
def test_a_changed_rule_changes_the_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, path: str, value: object, said: str
) -> None:
    assert said not in visible_text(client.get("/methods"))
    monkeypatch.setattr(profiles, "METHODS", changed(METHODS, path, value))
    assert said in visible_text(client.get("/methods"))


@pytest.mark.parametrize(("module", "name", "value", "said"), CONSTANTS, ids=[name for _, name, *_ in CONSTANTS])
def test_a_changed_constant_changes_the_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, value: object, said: str
) -> None:
    assert said not in visible_text(client.get("/methods"))
    monkeypatch.setattr(module, name, value)
    assert said in visible_text(client.get("/methods"))


def test_it_names_its_version(client: FlaskClient) -> None:
    assert f"Methods, version {METHODS_VERSION}" in visible_text(client.get("/methods"))


def test_every_link_leads_to_a_section_with_words(client: FlaskClient) -> None:
    page = soup(client.get("/methods"))
    assert [section["id"] for section in page.select("section")] == list(methods.TITLES)
    assert all(section.p and section.p.get_text(strip=True) for section in page.select("section"))


def test_every_row_is_as_wide_as_its_heading(client: FlaskClient) -> None:
    for table in soup(client.get("/methods")).select("table"):
        assert {len(row.select("td")) for row in table.select("tbody tr")} == {len(table.select("th"))}


def test_every_category_check_and_profile_is_explained(client: FlaskClient) -> None:
    text = visible_text(client.get("/methods"))
    for title in (
        *(c.label for c in METHODS.walk.categories),
        *(r.title for r in METHODS.safety.rules),
        *(p.title for p in PROFILES),
        *(sentence(NEED[n.key].noun) for n in METHODS.headline.needs),
    ):
        assert title in text


def test_no_raw_tag_and_no_none_is_shown(client: FlaskClient) -> None:
    text = "\n".join(section.get_text() for section in soup(client.get("/methods")).select("section"))
    assert not [raw for raw in ("None", "_", "=") if raw in text]
