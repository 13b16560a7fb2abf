"""Streets written short are found in a town of their language, which its other streets tell."""

from __future__ import annotations

from functools import cache

import pytest

from app.atlas.geocoder.geocoder import Geocoder
from tests.atlas.geocoder.test_language import STREETS
from tests.support.geocoder_town import house, taken, town, way

#: A line a street: its language, its name, and how people also write it.
WRITTEN_SHORT = """
da: Nørre Farimagsgade = Nr. Farimagsg. = nørre farimagsg
da: Gammel Kongevej = Gl. Kongevej = Gl. Kongev.
da: Hareskovvej = Hareskovv.
ca: Carrer de Balmes = C/ Balmes = c. de balmes
ca: Avinguda Diagonal = Av. Diagonal
ca: Carretera de Sants = Ctra. de Sants
mt: Triq San Pawl = Tr. San Pawl = Triq S. Pawl
pt: Rua Doutor Flores = R. Dr. Flores
pt: Alameda Santos = Al. Santos
de: Schloßstraße = Schlosstr. = Schloßstrase = Schlosstrasse
de: Sankt-Martin-Weg = St.-Martin-Weg
it: Viale Giovanni Suzzani = v.le g. suzzani = viale suzzani
it: Piazza Quattro Novembre = P.za IV Novembre = p.zza 4 novembre
fr: Rue du Huit Mai 1945 = r. du 8 mai 1945 = rue du huit mai = Rue du 8 mai
es: Carrera 7 = Cra. 7 = Kr 7
es: Avenida de América = Avda. América
es: Calle 8 de Marzo de 1975 = C. ocho de marzo
fi: Fredrikinkatu = Fredrikink.
sv: Södra Vägen = S:a Vägen
nl: Burgemeester de Vlugtlaan = Burg. de Vlugtln
pl: ulica Generała Andersa = ul. gen. Andersa
tr: Halaskargazi Caddesi = Halaskargazi Cad.
ru: улица Ленина = ул. Ленина = ul. lenina
el: Λεωφόρος Συγγρού = Λεωφ. Συγγρού = leof. syngrou
"""


def written_short() -> list[tuple[str, str, str]]:
    """Return language, name and other spelling of each line."""
    lines = [line.split(": ") for line in WRITTEN_SHORT.strip().splitlines()]
    named = [(code, names.split(" = ")) for code, names in lines]
    return [(code, name, other) for code, (name, *others) in named for other in others]


@cache
def town_of(code: str) -> Geocoder:
    """Return a town with the language's usual streets, and those above with one house each."""
    streets = [name for name in STREETS[code].split(", ") if all(name != known for _, known, _ in written_short())]
    named = dict.fromkeys(name for language, name, _ in written_short() if language == code)
    houses = [house(name, "12", 1_000 * at) for at, name in enumerate(named)]
    return town(houses, [way(name, east_m=20_000 + 1_000 * at) for at, name in enumerate(streets)])


@pytest.mark.parametrize(("code", "name", "short"), written_short())
def test_a_street_written_short_is_found_in_its_language(code: str, name: str, short: str) -> None:
    assert town_of(code).vocabulary.codes == (code,)
    assert name in taken(town_of(code), f"{short} 12")
    assert not taken(town_of(code), f"{short} 12").startswith("?")


@pytest.mark.parametrize(("code", "short"), [("de", "C/ Balmes"), ("ca", "Schlosstr."), ("en", "Gl. Kongev.")])
def test_what_is_short_in_another_language_means_nothing(code: str, short: str) -> None:
    assert not town_of(code).search(f"{short} 12")
