"""Towns and countries that other languages call otherwise: services answer with the names that are used there."""

from __future__ import annotations

from functools import cache

from app.atlas.geocoder.letters import fold

#: A line a place: the words by which it goes, the one that is used there among them.
_TABLE = """
aachen aken
antwerpen antwerp anvers
athina athens athen athenes αθήνα
basel basle bale
beograd belgrade belgrad београд
bern berne
braunschweig brunswick
bruxelles brussel brussels brüssel
brugge bruges
bucurești bucharest bukarest
haag hague haye
firenze florence florenz
genève geneva genf ginevra
genova genoa genua
gent ghent gand
göteborg gothenburg
hannover hanover
helsinki helsingfors
københavn copenhagen kopenhagen copenhague
köln cologne
kraków cracow krakau
kyiv kiev kiew київ
lisboa lisbon lissabon lisbonne
liège luik lüttich
london londres londra
luxembourg luxemburg lëtzebuerg
luzern lucerne
lviv lvov lemberg львів
mainz mayence
mechelen malines
milano milan mailand
moskva moscow moskau москва
münchen munich
napoli naples neapel
nizza nice
nürnberg nuremberg
padova padua
paris parigi
plzeň pilsen
praha prague prag
regensburg ratisbon
roma rome rom
peterburg petersburg петербург
sevilla seville
sofiya sofia софия
solothurn soleure
strasbourg straßburg strasburg
tallinn reval
thessaloniki salonica θεσσαλονίκη
torino turin
trento trent trient
trier treves
turku åbo
tampere tammerfors
espoo esbo
vantaa vanda
venezia venice venedig venise
warszawa warsaw warschau varsovie
wien vienna vienne
wrocław breslau
zürich zurich zurigo
zaragoza saragossa
belgique belgië belgien belgium belgio
deutschland germany allemagne germania duitsland
españa spain spanien espagne spagna
france frankreich francia frankrijk
italia italy italien italie
österreich austria autriche
schweiz suisse svizzera switzerland
nederland netherlands niederlande
"""


@cache
def _groups() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for line in _TABLE.strip().splitlines():
        words = frozenset(fold(line).split())
        for word in words:
            found[word] = found.get(word, frozenset()) | words
    return found


def other_names(word: str) -> frozenset[str]:
    """Return the folded words by which the town or country goes that a folded word names, itself among them."""
    return _groups().get(word, frozenset())
