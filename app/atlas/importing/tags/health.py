"""What a practice, clinic or hospital is for: any complaint, one thing alone, teeth, or nothing a doctor does."""

from __future__ import annotations

from collections.abc import Mapping

from app.atlas.geocoder.letters import fold
from app.atlas.importing.tags.health_words import (
    DENTAL_WORDS,
    GENERAL_WORDS,
    NO_DOCTOR_WORDS,
    ONE_KIND_OF_HOSPITAL,
    SPECIALIST_WORDS,
)
from app.atlas.importing.tags.words import any_of, split
from app.places import Kind

Tags = Mapping[str, str]

#: amenity=* and healthcare=* to what they are where nothing says more.
AMENITY = {
    "doctors": Kind.DOCTOR,
    "doctor": Kind.DOCTOR,
    "clinic": Kind.CLINIC,
    "hospital": Kind.HOSPITAL,
    "dentist": Kind.DENTIST,
}
HEALTHCARE = {
    "doctor": Kind.DOCTOR,
    "doctors": Kind.DOCTOR,
    "clinic": Kind.CLINIC,
    "centre": Kind.CLINIC,
    "hospital": Kind.HOSPITAL,
    "dentist": Kind.DENTIST,
}

#: healthcare:speciality=* of a general practice, with blanks for underscores.
GENERAL = frozenset(
    {"general", "general practice", "general practitioner", "general medicine", "gp", "family", "family medicine"}
    | {"family doctor", "family practice", "primary care"}
)
#: Values that no doctor practises, or that are no speciality of people.
NO_DOCTOR = frozenset(
    {"acupuncture", "alternative", "chiropractic", "homeopathy", "osteopathy", "naturopathy", "herbalism", "reiki"}
    | {"traditional chinese medicine", "ayurveda", "unani", "anthroposophical", "applied kinesiology", "hydrotherapy"}
    | {"physiotherapy", "massage", "podiatry", "podology", "chiropody", "midwife", "midwifery", "nurse", "nursing"}
    | {"psychotherapist", "psychology", "speech therapy", "speech therapist", "occupational therapy", "dietitian"}
    | {"dietetics", "nutrition", "nutrition counselling", "optometry", "optometrist", "audiology", "audiologist"}
    | {"counselling", "veterinary", "laboratory", "blood donation", "blood check", "alternative medicine", "hypnosis"}
)
DENTAL = frozenset({"dentist", "dentistry", "dental", "general dentistry", "stomatology"})

_GENERAL, _SPECIAL, _NO_DOCTOR = any_of(GENERAL_WORDS), any_of(SPECIALIST_WORDS), any_of(NO_DOCTOR_WORDS)
_DENTAL, _ONE_KIND = any_of(DENTAL_WORDS), any_of(ONE_KIND_OF_HOSPITAL)
_VET = any_of(["veterin*", "vétérin*", "animal", "vet", "pet", "*tierklinik*", "*tierarzt*", "*eläin*", "djur*"])


def health_kinds(tags: Tags) -> set[Kind]:
    """Return what treats people there; empty for vets and alternative medicine. A pharmacy is a kind of its own."""
    base = _base(tags)
    if base is None or "veterinary" in (tags.get("amenity"), tags.get("healthcare")):
        return set()
    name = fold(" ; ".join(filter(None, (tags.get("name"), tags.get("name:en"), tags.get("official_name")))))
    specialities = _specialities(tags)
    if base is Kind.HOSPITAL:
        return _hospital(tags, name, specialities)
    if base is Kind.DENTIST:
        return _dentist(name, specialities)
    if not specialities or (specialities & GENERAL and _is_specialist(name)):
        return _by_name(name, base)  # the name is what the sign says; "general" is what an editor offers first
    return _by_speciality(specialities, base)


def _base(tags: Tags) -> Kind | None:
    """Return what amenity=* says, which is mapped with more care, else what healthcare=* says."""
    found = [AMENITY[part] for part in split(tags.get("amenity", "")) if part in AMENITY]
    found = found or [HEALTHCARE[part] for part in split(tags.get("healthcare", "")) if part in HEALTHCARE]
    return found[0] if found else None


def _specialities(tags: Tags) -> set[str]:
    values = split(fold(tags.get("healthcare:speciality", tags.get("healthcare:specialty", ""))).replace(",", ";"))
    return {value.replace("_", " ") for value in values}


def _hospital(tags: Tags, name: str, specialities: set[str]) -> set[Kind]:
    """Return HOSPITAL for one that takes in all who are ill; nobody is taken in need to one with emergency=no."""
    if _VET.search(name):
        return set()
    if tags.get("emergency") == "yes":
        return {Kind.HOSPITAL}
    if tags.get("emergency") == "no":
        return {Kind.CLINIC}
    is_one_kind = len(specialities) == 1 and not specialities & (GENERAL | {"emergency", "internal", "surgery"})
    return {Kind.SPECIALIST} if is_one_kind or _ONE_KIND.search(name) else {Kind.HOSPITAL}


def _dentist(name: str, specialities: set[str]) -> set[Kind]:
    """Return DENTIST, but SPECIALIST for those who only straighten teeth or operate on jaws."""
    others = specialities - DENTAL
    is_special = bool(others and not specialities & (DENTAL | {"general"})) or (
        "orthodont" in name or "kieferorthop" in name or "oral surg" in name
    )
    return {Kind.SPECIALIST} if is_special and not _also_dentist(name) else {Kind.DENTIST}


def _also_dentist(name: str) -> bool:
    return any(word in name for word in ("dentist", "dental", "zahnarzt", "zahnarzte")) and "&" in name


def _by_speciality(specialities: set[str], base: Kind) -> set[Kind]:
    """Return what the map says of the speciality; empty for what no doctor practises."""
    if specialities & GENERAL:
        return {Kind.GENERAL_PRACTICE}
    if specialities <= NO_DOCTOR:
        return set()
    if specialities & DENTAL:
        return {Kind.DENTIST}
    many = base is Kind.CLINIC and len(specialities - NO_DOCTOR) > 2
    return {Kind.CLINIC} if many else {Kind.SPECIALIST}


def _is_specialist(name: str) -> bool:
    return _SPECIAL.search(name) is not None and _GENERAL.search(name) is None


def _by_name(name: str, base: Kind) -> set[Kind]:
    if _NO_DOCTOR.search(name) and not _GENERAL.search(name):
        return set()
    if _SPECIAL.search(name):
        return {Kind.SPECIALIST}
    if _DENTAL.search(name):
        return {Kind.DENTIST}
    return {Kind.GENERAL_PRACTICE} if _GENERAL.search(name) else {base}
