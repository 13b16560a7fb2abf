"""The words of addresses in six languages: street types and their abbreviations, ordinals, articles, countries."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, for look-ups."""
    return frozenset(text.split())


#: One line per group: the short form that stands for all of them, then the spellings it stands for. Words that share
#: an abbreviation share a group ("St" is street and saint), since a person's "St" may mean either.
_SHORT_FORMS = """
st street str. saint sainte ste sankt
str strasse stra strase
av avenue ave aven avenida avda avd
bd boulevard blvd boul bvd blv boulv bulevar
rd road
dr drive drv doctor docteur doktor
ln lane
ct court crt
cts courts
pl place platz
plz plaza piazza pza pzza praca
sq square
hwy highway
pkwy parkway pky pkway
cir circle circ
ter terrace terr
cres crescent cresc
cl close
gdns gardens gdn garden
grv grove
trl trail
expy expressway expwy
fwy freeway
tpke turnpike
mt mount mont
ft fort
hts heights
pk park
brg bridge bri
ctr center centre
r rue rua
ch chemin che chem
imp impasse
all allee allees
qu quai
prom promenade
pass passage psg
esc escalier escaliers
rte route
fbg faubourg fg
c calle cl/
ctra carretera crta
pso paseo
trav travesia travessa
v via
vle viale
cso corso
lgo largo
vic vicolo vico
katu k
n north
s south san sant santo santa sta sto
e east
w west
ne northeast
nw northwest
se southeast
sw southwest
gen general generale
prof professor professeur
col colonel
pres president presidente
mal marechal
sen senator senador
jr junior
"""

SHORT_FORMS: dict[str, str] = {
    word.strip("./"): line.split()[0] for line in _SHORT_FORMS.strip().splitlines() for word in line.split()
}

#: Words that a person may leave out or get wrong without meaning another name, by what that costs a match.
DIRECTIONS = word_set("n s e w ne nw se sw")
TYPES = word_set(
    """st str av bd rd dr ln ct cts pl plz sq hwy pkwy cir ter cres cl gdns grv trl expy fwy tpke r ch imp all qu prom
    pass esc rte fbg c ctra pso trav v vle cso lgo vic katu tie way mews row walk view loop weg gasse ring
    gatan"""
)
ARTICLES = word_set("de du des la le les l d del della dei delle di da do dos das el los las the of am an der den im")

_ORDINAL_WORDS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
)
ORDINALS: dict[str, str] = {word: str(n) for n, word in enumerate(_ORDINAL_WORDS.split(), 1)} | {
    "premier": "1", "premiere": "1", "deuxieme": "2", "troisieme": "3", "ii": "2", "iii": "3", "primo": "1",
}  # fmt: skip

#: Long street types that are written together with the name, by the ending that abbreviates them (after a dot, mostly).
GLUED_ENDINGS: dict[str, tuple[str, ...]] = {
    "k": ("katu", "kuja"),
    "t": ("tie",),
    "g": ("gasse", "gatan"),
    "pl": ("platz",),
    "v": ("vagen",),
    "str": ("str",),
    "w": ("weg",),
}

#: Names of countries, states and provinces: they neither help nor hurt a match inside one region.
NEUTRAL = word_set(
    """usa us america canada uk gb england wales scotland britain kingdom states united deutschland germany finland
    suomi france italia italy liechtenstein espana spain austria osterreich schweiz switzerland suisse principaute
    principality brasil brazil alabama alaska arizona arkansas california colorado connecticut delaware florida georgia
    hawaii idaho illinois indiana iowa kansas kentucky louisiana maine maryland massachusetts michigan minnesota
    mississippi missouri montana nebraska nevada hampshire jersey mexico ohio oklahoma oregon pennsylvania tennessee
    texas utah vermont virginia washington wisconsin wyoming york carolina dakota ontario quebec columbia british
    cedex county"""
)

#: Words that say "station" beside its name.
STATION_WORDS = word_set("station gare bahnhof hauptbahnhof hbf asema rautatieasema stazione estacion railway metro")
