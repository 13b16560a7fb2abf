"""How people shorten the names of streets, language by language: our own observation, not the program's vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Table = dict[str, tuple[str, ...]]


def _table(text: str) -> Table:
    """Read "Street St St.; Road Rd": the full word, then what is written for it."""
    entries = (entry.split() for entry in text.split(";") if entry.strip())
    return {words[0]: tuple(words[1:]) for words in entries}


@dataclass(frozen=True, slots=True)
class Customs:
    """Which words are shortened where: street types before or behind the name, directions at either end, endings."""

    before: Table = field(default_factory=dict)
    behind: Table = field(default_factory=dict)
    at_ends: Table = field(default_factory=dict)
    anywhere: Table = field(default_factory=dict)
    glued: Table = field(default_factory=dict)


CUSTOMS = {
    "en": Customs(
        behind=_table(
            "Street St St.; Avenue Ave Ave. Av; Road Rd Rd.; Drive Dr Dr.; Lane Ln Ln.; Court Ct Ct.; "
            "Place Pl Pl.; Boulevard Blvd Blvd.; Square Sq Sq.; Circle Cir; Terrace Terr Ter; Crescent Cres; "
            "Gardens Gdns; Close Cl; Parkway Pkwy; Grove Gr; Highway Hwy; Trail Trl; Turnpike Tpke; "
            "Expressway Expy; Heights Hts; Alley Aly"
        ),
        at_ends=_table("North N N.; South S S.; East E E.; West W W.; Southeast SE; Northwest NW; Northeast NE"),
        anywhere=_table("Saint St St.; Mount Mt; Doctor Dr; Fort Ft"),
    ),
    "fr": Customs(
        before=_table(
            "Rue R. R; Avenue Av. Ave Av; Boulevard Bd Bd. Boul. Blvd; Place Pl. Pl; Galerie Gal.; "
            "Chemin Ch. Chem.; Impasse Imp.; Allée All.; Allées All.; Quai Q.; Passage Pass.; Square Sq.; "
            "Escalier Esc.; Escaliers Esc.; Ruelle Rlle; Promenade Prom.; Route Rte; Sentier Sent.; Montée Mtée"
        ),
        anywhere=_table(
            "Saint St St.; Sainte Ste Ste.; Docteur Dr Dr.; Général Gal Gén.; Commandant Cdt; Colonel Col.; "
            "Professeur Pr Prof.; Président Pdt Prés.; Maréchal Mal; Capitaine Cne"
        ),
    ),
    "de": Customs(
        before=_table("Obere Ob.; Untere Unt."),
        behind=_table("Straße Str. Str; Strasse Str. Str; Platz Pl.; Gasse G."),
        anywhere=_table("Sankt St. St; Doktor Dr. Dr; Professor Prof.; von v.; Freiherr Frhr.; Bürgermeister Bgm."),
        glued=_table("straße str. str; strasse str. str; platz pl.; gasse g."),
    ),
    "fi": Customs(
        before=_table("Pohjoinen Pohj. P.; Eteläinen Et. E.; Itäinen It. I.; Läntinen Länt. L."),
        behind=_table("katu k.; tie t."),
        glued=_table("katu k.; tie t."),
    ),
    "sv": Customs(
        before=_table("Norra N. N; Södra S. S; Östra Ö. Ö; Västra V. V; Stora St.; Lilla L."),
        glued=_table("gatan g.; vägen v.; gränden gr.; platsen pl."),
    ),
    "it": Customs(
        before=_table(
            "Via V.; Viale V.le Vle; Piazza P.za P.zza P.; Piazzale P.le; Corso C.so; Largo L.go; "
            "Vicolo V.lo Vic.; Strada Str.; Galleria Gall.; Piazzetta P.tta"
        ),
        anywhere=_table(
            "San S.; Santa S. S.ta; Santo S.; Fratelli F.lli; Generale Gen.; Professor Prof.; Dottor Dott.; "
            "Monsignor Mons.; privata priv.; Privata Priv.; Monte M.te; Colonnello Col.; Capitano Cap.; "
            "Cardinale Card.; Cascina C.na; Ingegner Ing."
        ),
    ),
    "pt": Customs(
        before=_table(
            "Rua R. R; Avenida Av. Av; Travessa Tv. Trav.; Praça Pça. Pç. Pça; Alameda Al.; "
            "Estrada Estr. Est.; Largo Lg. Lgo.; Acesso Ac.; Passagem Pass.; Beco Bc."
        ),
        anywhere=_table(
            "Doutor Dr. Dr; Doutora Dra.; Professor Prof. Prof; Professora Profa. Prof.ª; General Gen. Gen; "
            "Coronel Cel.; Capitão Cap.; Major Maj.; Marechal Mal.; Tenente Ten.; Sargento Sgt.; "
            "Almirante Alm.; Brigadeiro Brig.; Engenheiro Eng.; Padre Pe.; Dom D.; Dona D.; São S.; "
            "Santo Sto.; Santa Sta.; Senador Sen.; Deputado Dep.; Vereador Ver.; Governador Gov.; "
            "Presidente Pres.; Conselheiro Cons.; Desembargador Des.; Comendador Com.; Monsenhor Mons.; "
            "Visconde Visc."
        ),
    ),
    "es": Customs(
        before=_table("Calle C/ C.; Avenida Av. Avda.; Plaza Pl. Pza.; Paseo Pº P.º; Carretera Ctra.; Camino Cno."),
        anywhere=_table("Doctor Dr.; Doña Dª; San S.; Santa Sta.; General Gral."),
    ),
    "ca": Customs(
        before=_table(
            "Carrer C/ C.; Avinguda Av. Avda.; Plaça Pl. Pça.; Passeig Pg.; Carretera Ctra.; Travessera Trav."
        ),
        anywhere=_table("Doctor Dr.; Sant St.; Santa Sta.; Mossèn Mn."),
    ),
    "cy": Customs(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shortening:
    """A stretch of a name and what is written in its place, one of several."""

    start: int
    end: int
    written: tuple[str, ...]


def shortenings(name: str, language: str) -> Iterator[Shortening]:
    """Yield what can be shortened in a street's name, from left to right."""
    customs = CUSTOMS[language]
    words = list(re.finditer(r"[^\s\-]+", name))
    last = len(words) - 1
    while last > 0 and words[last].group() in customs.at_ends:
        last -= 1
    for place, word in enumerate(words):
        written = _written(customs, word.group(), place, last, len(words))
        if written:
            yield Shortening(word.start(), word.end(), written)
        elif place == len(words) - 1:
            yield from _glued(customs, word)


def _written(customs: Customs, word: str, place: int, last: int, count: int) -> tuple[str, ...]:
    if place == 0 and count > 1 and word in customs.before:
        return customs.before[word]
    if place == last > 0 and word in customs.behind:
        return customs.behind[word]
    # "West Street" keeps its name, "West 5th Avenue" and "Park Road North" have a direction.
    if count > 2 and (place == 0 or place > last) and word in customs.at_ends:
        return customs.at_ends[word]
    return customs.anywhere.get(word, ()) if place < count - 1 else ()


def _glued(customs: Customs, word: re.Match[str]) -> Iterator[Shortening]:
    for ending, written in customs.glued.items():
        if word.group().endswith(ending) and len(word.group()) > len(ending) + 2:
            yield Shortening(word.end() - len(ending), word.end(), written)


def replaced(name: str, shortening: Shortening, written: str) -> str:
    """Return the name with one stretch shortened."""
    return name[: shortening.start] + written + name[shortening.end :]
