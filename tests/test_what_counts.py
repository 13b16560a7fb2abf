"""Each decision on what counts: tags that do, and tags that look like it and do not."""

from __future__ import annotations

from collections import Counter

import pytest

from app.atlas.importing.tags.classify import kinds_of
from app.places import Kind
from app.what_counts import DECISIONS, FOR_ALL, Decision

Tags = dict[str, str]

#: By the first kind of a decision: tags that are one of its kinds, and tags that are none of them.
EXAMPLES: dict[Kind, tuple[list[Tags], list[Tags]]] = {
    Kind.SUPERMARKET: (
        [{"shop": "supermarket"}, {"shop": "bakery", "access": "customers"}],
        [{"shop": "supermarket", "access": "private"}, {"shop": "supermarket", "wholesale": "yes"}],
    ),
    Kind.CLOTHES: ([{"shop": "clothes"}, {"shop": "bicycle"}], [{"shop": "vacant"}, {"shop": "wholesale"}]),
    Kind.RESTAURANT: (
        [{"amenity": "restaurant", "name": "Zur Kantine"}, {"amenity": "biergarten"}],
        [
            {"amenity": "restaurant", "name": "Betriebskantine Werk 2"},
            {"amenity": "cafe", "access": "employees"},
            {"amenity": "restaurant", "access": "members"},
        ],
    ),
    Kind.BANK: (
        [{"amenity": "bank"}, {"amenity": "post_office", "name": "Post Office"}],
        [{"amenity": "bank", "access": "no"}, {"amenity": "bank", "name": "Hill Food Bank"}],
    ),
    Kind.PHARMACY: (
        [{"healthcare": "pharmacy"}],
        [{"amenity": "pharmacy", "dispensing": "no"}, {"amenity": "pharmacy", "name": "Hill Veterinary Pharmacy"}],
    ),
    Kind.GENERAL_PRACTICE: (
        [{"amenity": "doctors", "name": "Hill Surgery"}, {"healthcare": "doctor", "healthcare:speciality": "general"}],
        [{"amenity": "clinic", "name": "Laser Medical Centre"}, {"amenity": "dentist", "name": "Dental Surgery"}],
    ),
    Kind.DOCTOR: (
        [{"amenity": "doctors", "name": "Dr Hill"}, {"amenity": "hospital", "emergency": "no"}],
        [
            {"amenity": "veterinary"},
            {"amenity": "doctors", "name": "Heilpraktiker Berg"},
            {"amenity": "clinic", "healthcare:speciality": "acupuncture;massage"},
        ],
    ),
    Kind.SPECIALIST: (
        [
            {"amenity": "doctors", "name": "Augenarzt Berg"},
            {"healthcare": "doctor", "healthcare:speciality": "urology"},
        ],
        [{"amenity": "doctors", "healthcare:speciality": "general;urology"}],
    ),
    Kind.DENTIST: (
        [{"amenity": "dentist"}, {"amenity": "clinic", "name": "Zahnklinik Berg"}],
        [{"amenity": "dentist", "name": "Kieferorthopädie Berg"}, {"craft": "dental_technician"}],
    ),
    Kind.HOSPITAL: (
        [{"amenity": "hospital", "name": "Hill Hospital"}, {"healthcare": "hospital"}],
        [{"amenity": "hospital", "name": "Hill Animal Hospital"}, {"amenity": "hospital", "name": "Augenklinik Berg"}],
    ),
    Kind.PRIMARY_SCHOOL: (
        [{"amenity": "school", "name": "Hill Primary"}, {"amenity": "school", "isced:level": "2"}],
        [{"amenity": "school", "name": "Fahrschule Berg"}, {"amenity": "school", "name": "Berufsschule Berg"}],
    ),
    Kind.SCHOOL: ([{"amenity": "school", "name": "St Joseph's"}], [{"amenity": "school", "name": "Hill School Board"}]),
    Kind.SPECIAL_SCHOOL: (
        [{"amenity": "school", "name": "Förderschule Berg"}, {"amenity": "school", "school": "special"}],
        [{"amenity": "school", "name": "Hill Primary"}],
    ),
    Kind.CHILDCARE: (
        [
            {"amenity": "kindergarten", "name": "Kindergarten und Hort"},
            {"amenity": "school", "name": "École maternelle"},
        ],
        [{"amenity": "childcare", "min_age": "6"}, {"amenity": "childcare", "name": "Schülerhort Berg"}],
    ),
    Kind.UNIVERSITY: (
        [{"amenity": "university"}, {"amenity": "college", "name": "Hill Sixth Form College"}],
        [{"amenity": "college", "name": "Hill Language School"}, {"amenity": "university", "name": "Volkshochschule"}],
    ),
    Kind.LIBRARY: (
        [{"amenity": "library"}],
        [{"amenity": "library", "name": "Tool Library"}, {"amenity": "library", "access": "private"}],
    ),
    Kind.CINEMA: (
        [{"tourism": "museum"}, {"amenity": "theatre", "name": "Stadttheater"}],
        [
            {"amenity": "theatre", "name": "Lecture Theatre 2"},
            {"amenity": "theatre", "historic": "archaeological_site"},
        ],
    ),
    Kind.ARTS_CENTRE: (
        [{"amenity": "arts_centre", "name": "The Barn"}],
        [
            {"amenity": "arts_centre", "shop": "antiques"},
            {"amenity": "arts_centre", "name": "Hill Gallery"},
            {"amenity": "arts_centre", "name": "Kunstantiquariat Berg"},
        ],
    ),
    Kind.FITNESS_CENTRE: (
        [{"leisure": "fitness_centre", "access": "members"}, {"leisure": "sports_centre", "sport": "tennis"}],
        [
            {"leisure": "fitness_centre", "access": "private"},
            {"leisure": "fitness_centre", "name": "Hill Yoga"},
            {"leisure": "sports_centre", "sport": "karting"},
        ],
    ),
    Kind.PITCH: (
        [{"leisure": "pitch", "sport": "soccer"}],
        [
            {"leisure": "pitch", "sport": "table_tennis"},
            {"leisure": "pitch", "access": "students"},
            {"leisure": "pitch", "sport": "tennis", "name": "Privatplatz des Fürstenhauses"},
        ],
    ),
    Kind.SWIMMING_POOL: (
        [{"leisure": "swimming_pool", "name": "Hill Lido"}, {"leisure": "sports_centre", "sport": "swimming"}],
        [{"leisure": "swimming_pool", "access": "private"}, {"leisure": "swimming_pool", "swimming_pool": "wading"}],
    ),
    Kind.PARK: (
        [{"leisure": "park"}, {"leisure": "garden", "garden:type": "botanical"}, {"landuse": "recreation_ground"}],
        [
            {"leisure": "park", "foot": "no"},
            {"leisure": "park", "access": "unknown"},
            {"leisure": "park", "name": "Hill Business Park"},
            {"leisure": "garden", "name": "Beer Garden"},
            {"landuse": "cemetery"},
            {"leisure": "golf_course"},
        ],
    ),
    Kind.PLAYGROUND: (
        [{"leisure": "playground"}],
        [{"leisure": "playground", "access": "customers"}, {"leisure": "playground", "access": "residents"}],
    ),
    Kind.BUS_STOP: (
        [{"highway": "bus_stop"}, {"public_transport": "platform", "tram": "yes"}],
        [{"highway": "bus_stop", "bus": "school"}, {"highway": "bus_stop", "access": "private"}],
    ),
    Kind.RAIL_STATION: (
        [{"railway": "halt"}, {"public_transport": "station", "train": "yes"}],
        [{"railway": "station", "usage": "tourism"}, {"public_transport": "station"}],
    ),
    Kind.CITY_CENTRE: (
        [{"place": "town"}, {"aeroway": "aerodrome", "iata": "XYZ"}],
        [{"aeroway": "aerodrome", "iata": "XYZ", "name": "Hill Heliport"}, {"aeroway": "heliport", "iata": "XYZ"}],
    ),
}


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda decision: decision.kinds[0].name)
def test_what_is_meant_counts_and_what_only_looks_like_it_does_not(decision: Decision) -> None:
    counted, not_counted = EXAMPLES[decision.kinds[0]]
    assert counted
    assert not_counted
    assert not [tags for tags in counted if not set(kinds_of(tags)) & set(decision.kinds)]
    assert not [tags for tags in not_counted if set(kinds_of(tags)) & set(decision.kinds)]


def test_every_kind_of_place_is_decided_once() -> None:
    times = Counter(kind for decision in DECISIONS for kind in decision.kinds)
    assert times == Counter(kind for kind in Kind if kind < Kind.FUEL_STATION)


@pytest.mark.parametrize("decision", [*FOR_ALL, *DECISIONS], ids=lambda decision: decision.counts[:20])
def test_every_decision_says_what_and_why(decision: Decision) -> None:
    texts = (decision.counts, decision.not_counts, decision.why)
    assert all(text and not text.endswith(".") for text in texts)
