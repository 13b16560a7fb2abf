"""What schools teach and practices treat, by their tags and by words of their names in many languages."""

from __future__ import annotations

import pytest

from app.atlas.importing.tags.classify import kinds_of
from app.places import Kind

PRIMARY, SECONDARY, SCHOOL = Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL, Kind.SCHOOL
EARLY, SPECIAL, COLLEGE = Kind.KINDERGARTEN, Kind.SPECIAL_SCHOOL, Kind.COLLEGE
GP, DOCTOR, SPECIALIST, CLINIC = Kind.GENERAL_PRACTICE, Kind.DOCTOR, Kind.SPECIALIST, Kind.CLINIC


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("Maiden Choice Elementary School", {PRIMARY}),
        ("Franklin High School", {SECONDARY}),
        ("High Street Primary School", {PRIMARY}),
        ("College Park Elementary", {PRIMARY}),
        ("P.S. 33", {PRIMARY}),
        ("J.H.S. 74", {SECONDARY}),
        ("Ysgol Gynradd y Bryn", {PRIMARY}),
        ("École élémentaire Saint-Charles", {PRIMARY}),
        ("École maternelle du Parc", {EARLY}),
        ("Collège Charles III", {SECONDARY}),
        ("École primaire et collège du Lac", {PRIMARY, SECONDARY}),
        ("Lycée Albert Ier", {SECONDARY}),
        ("Helsingin normaalilyseo", {SECONDARY}),
        ("Snellmanin ala-asteen koulu", {PRIMARY}),
        ("Ressun peruskoulu", {PRIMARY, SECONDARY}),
        ("Cygnaeus lågstadieskola", {PRIMARY}),
        ("Volksschule Vaduz", {PRIMARY}),
        ("Grund- und Mittelschule Berg", {PRIMARY, SECONDARY}),
        ("Sankt-Anna-Gymnasium", {SECONDARY}),
        ("Freie Waldorfschule", {PRIMARY, SECONDARY}),
        ("Istituto Comprensivo Verdi", {PRIMARY, SECONDARY}),
        ("Liceo Scientifico Galilei", {SECONDARY}),
        ("CEIP Les Flors", {PRIMARY}),
        ("IES Les Flors", {SECONDARY}),
        ("Escola Secundária do Monte", {SECONDARY}),
        ("Szkoła Podstawowa nr 3", {PRIMARY}),
        ("2ο Δημοτικό Σχολείο", {PRIMARY}),
        ("Förderschule an der Aue", {SPECIAL}),
        ("Special Educational Needs School", {SPECIAL}),
        ("Berufsschule Berg", {COLLEGE}),
        ("St Joseph's", {SCHOOL}),
        ("", {SCHOOL}),
    ],
)
def test_names_of_schools_tell_the_level(name: str, kinds: set[Kind]) -> None:
    assert set(kinds_of({"amenity": "school", "name": name})) == kinds


@pytest.mark.parametrize(
    "name",
    [
        *("Hill Driving School", "Fahrschule Berg", "Auto-école du Lac", "Autoscuola Rossi", "Autoescuela Sol"),
        *("Escola de Condução Norte", "Helsingin autokoulu", "Trafikskola Syd", "Szkoła Jazdy Auto"),
        *(
            "Hill School of Dance",
            "Tanzschule Berg",
            "École de danse",
            "Scuola di danza",
            "Balettskolan",
            "Tanssikoulu",
        ),
        *("Städtische Musikschule", "École de musique", "Länsi-Helsingin musiikkiopisto", "Escuela de Música"),
        *(
            "Sprachschule Berg",
            "Scuola di lingue",
            "Escuela Oficial de Idiomas",
            "Kielikoulu",
            "English Language School",
        ),
        *("Hill Cooking School", "Kochschule Berg", "Drama School", "Schauspielschule", "Circus School", "Art School"),
        *("Flight School", "Skischule Malbun", "Riding School", "Volkshochschule", "Adult Education Centre"),
        *("Työväenopisto", "Vuxenutbildningen", "Kumon", "Nachhilfe Berg", "Evening School", "Sunday School"),
    ],
)
def test_what_only_calls_itself_a_school_is_none(name: str) -> None:
    assert kinds_of({"amenity": "school", "name": name}) == ()


@pytest.mark.parametrize(
    ("tags", "kinds"),
    [
        ({"isced:level": "1"}, {PRIMARY}),
        ({"isced:level": "2;3"}, {SECONDARY}),
        ({"isced:level": "0-2"}, {EARLY, PRIMARY, SECONDARY}),
        ({"isced:level:1": "yes"}, {PRIMARY}),
        ({"isced:level": "0"}, {EARLY}),
        ({"grades": "K-5"}, {PRIMARY}),
        ({"grades": "9-12"}, {SECONDARY}),
        ({"grades": "PK-8"}, {PRIMARY, SECONDARY}),
        ({"grades": "many"}, {SCHOOL}),
        ({"min_age": "5", "max_age": "11"}, {PRIMARY}),
        ({"min_age": "11", "max_age": "18"}, {SECONDARY}),
        ({"min_age": "4", "max_age": "16"}, {EARLY, PRIMARY, SECONDARY}),
        ({"max_age": "5"}, {EARLY}),
        ({"school:FR": "primaire"}, {PRIMARY}),
        ({"school": "secondary"}, {SECONDARY}),
        ({"school": "special_education_needs", "isced:level": "2"}, {SPECIAL}),
        ({"school": "driving"}, set()),
        ({"name": "Otto-Falckenberg-Schule", "description": "Schauspielschule"}, set()),
        ({"name": "Schule am Park", "description": "mit Schauspielschule im Hof"}, {Kind.SCHOOL}),
        ({"name": "High School", "isced:level": "1"}, {PRIMARY}),
    ],
)
def test_tags_of_schools_tell_the_level(tags: dict[str, str], kinds: set[Kind]) -> None:
    assert set(kinds_of({"amenity": "school", **tags})) == kinds


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("St Julian's Surgery", GP),
        ("Gaer Medical Centre", GP),
        ("Sacred Heart Health Centre", GP),
        ("Hausarztpraxis Berg", GP),
        ("Praxis für Allgemeinmedizin", GP),
        ("Dr Roux, médecin généraliste", GP),
        ("Viiskulman terveysasema", GP),
        ("Vårdcentralen Syd", GP),
        ("Huisartsenpraktijk", GP),
        ("Centro de Salud Norte", GP),
        ("Dr. Deindl", DOCTOR),
        ("Wales Laser Clinic", SPECIALIST),
        ("Sexual Health Centre", SPECIALIST),
        ("Kinderwunschzentrum", SPECIALIST),
        ("Plastic Surgery Centre", SPECIALIST),
        ("Augenärztin Hache", SPECIALIST),
        ("Zahnarzt Berg", Kind.DENTIST),
    ],
)
def test_names_of_practices_tell_what_they_treat(name: str, kind: Kind) -> None:
    assert kinds_of({"amenity": "doctors", "name": name}) == (kind,)


@pytest.mark.parametrize(
    ("speciality", "kinds"),
    [
        ("general", {GP}),
        ("family_medicine;paediatrics", {GP}),
        ("dermatology", {SPECIALIST}),
        ("chiropractic", set()),
        ("acupuncture; homeopathy", set()),
        ("orthopaedics;acupuncture", {SPECIALIST}),
        ("dentist", {Kind.DENTIST}),
    ],
)
def test_specialities_go_before_the_name(speciality: str, kinds: set[Kind]) -> None:
    assert set(kinds_of({"healthcare": "doctor", "healthcare:speciality": speciality, "name": "Dr Hill"})) == kinds


def test_a_sign_that_names_one_speciality_goes_before_the_value_that_says_all() -> None:
    tags = {"amenity": "doctors", "name": "Hautarzt Berg", "healthcare:speciality": "dermatology;general"}
    assert kinds_of(tags) == (SPECIALIST,)


@pytest.mark.parametrize(
    "name",
    ["Osteopathie Roux", "Tierarzt Berg", "Hill Physiotherapy", "B Carlani & E Wong Physthrpy", "Naturheilpraxis Berg"],
)
def test_what_is_no_doctor_is_none(name: str) -> None:
    assert kinds_of({"amenity": "doctors", "name": name}) == ()


def test_a_clinic_of_many_specialities_is_no_specialist() -> None:
    assert kinds_of({"amenity": "clinic", "healthcare:speciality": "urology;cardiology;dermatology"}) == (CLINIC,)
