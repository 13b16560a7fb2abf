"""Questions about places that no region holds, and about none at all: whatever is answered with a place is wrong."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from dataclasses import dataclass

from bench.geocoder.judging import Asked
from bench.geocoder.mapped import key

SEED = 20240609
COUNT = 300


def _list(text: str) -> tuple[str, ...]:
    return tuple(entry.strip() for entry in text.split(";") if entry.strip())


TOWNS = _list(
    "London; Cardiff; Swansea; Bristol; Manchester; Birmingham; Glasgow; Edinburgh; Liverpool; Oxford; "
    "Cambridge; York; Bath; Dublin; Belfast; Paris; Lyon; Marseille; Nice; Toulouse; Bordeaux; Strasbourg; "
    "Lille; Berlin; Hamburg; Köln; Cologne; Frankfurt; Frankfurt am Main; Stuttgart; Leipzig; Dresden; "
    "Nürnberg; Augsburg; Wien; Vienna; Salzburg; Graz; Innsbruck; Zürich; Geneva; Genève; Basel; Bern; Luzern; "
    "Lugano; Chur; Feldkirch; Roma; Rome; Torino; Turin; Genova; Bologna; Firenze; Napoli; Venezia; Verona; "
    "Palermo; Madrid; Barcelona; Sevilla; Valencia; Lisboa; Lisbon; Porto; Stockholm; Göteborg; Oslo; "
    "København; Copenhagen; Tampere; Turku; Oulu; Rovaniemi; Tallinn; Riga; Warszawa; Kraków; Praha; Prague; "
    "Budapest; Bucharest; Athens; Αθήνα; Москва; Київ; Istanbul; Cairo; Nairobi; Cape Town; Lagos; Mumbai; "
    "Delhi; Bangkok; Singapore; Tokyo; 東京; Seoul; Beijing; 北京; Sydney; Melbourne; Auckland; Boston; "
    "Chicago; San Francisco; Los Angeles; Seattle; Houston; Philadelphia; Miami; Toronto; Montreal; Montréal; "
    "Calgary; Ottawa; Mexico City; Buenos Aires; Santiago; Lima; Bogotá; São Paulo; Rio de Janeiro; Brasília; "
    "Salvador; Curitiba; Florianópolis; Montevideo; Reykjavik; Luxembourg; Brussels; Amsterdam; Rotterdam; "
    "Antwerpen; Gent; Bratislava; Ljubljana; Zagreb; Sofia; Casablanca; Dubai; Jerusalem"
)
WITH_COUNTRY = _list(
    "Lyon, France; Perth, Australia; Oxford, England; Cambridge, Massachusetts; Hamilton, Ontario; "
    "Victoria, British Columbia; Kingston, Jamaica; Paris, Texas; Richmond, Virginia; Wellington, New Zealand; "
    "Valencia, España; Cordoba, Argentina; Vancouver, Washington; Newport, Rhode Island; "
    "Newport, Isle of Wight; Munich, North Dakota; Helsinki, Minnesota; Birmingham, Alabama; Nice, France; "
    "Torino, Italia"
)


@dataclass(frozen=True, slots=True)
class Country:
    """Usual streets of a country, towns with a postcode there, and the order in which an address is written."""

    pattern: str
    streets: tuple[str, ...]
    towns: tuple[str, ...]


COUNTRIES = (
    Country(
        "{number} {street}, {town}",
        _list(
            "High Street; Church Road; Station Road; Victoria Street; Park Lane; Mill Lane; Queen Street; "
            "Commercial Street"
        ),
        _list(
            "London; Leeds; Bristol BS1 4DJ; York; Cardiff; Swansea; Manchester M1 2WD; Dublin; Norwich; "
            "Exeter EX4 3LS"
        ),
    ),
    Country(
        "{number} {street}, {town}",
        _list(
            "Main Street; Oak Avenue; Washington Street; 5th Avenue; Elm Street; Broadway; Maple Drive; "
            "Park Avenue"
        ),
        _list(
            "Springfield, IL; Seattle, WA; Austin, TX 78701; Boston, MA 02108; Denver; Portland, OR; "
            "Toronto, ON; Calgary"
        ),
    ),
    Country(
        "{street} {number}, {town}",
        _list(
            "Hauptstraße; Bahnhofstraße; Schulstraße; Gartenstraße; Ludwigstraße; Maximilianstraße; "
            "Landstrasse; Kirchweg"
        ),
        _list(
            "10115 Berlin; Hamburg; 50667 Köln; Frankfurt; 8001 Zürich; Wien; 6800 Feldkirch; Stuttgart; "
            "Augsburg; Chur"
        ),
    ),
    Country(
        "{number} {street}, {town}",
        _list(
            "rue de la République; avenue Victor Hugo; boulevard Voltaire; rue du Port; avenue de la Gare; "
            "rue Pasteur"
        ),
        _list("Paris; 69002 Lyon; 06000 Nice; Marseille; Bordeaux; Bruxelles; Genève; 06500 Menton; Lille; Cannes"),
    ),
    Country(
        "{street} {number}, {town}",
        _list(
            "Via Roma; Via Garibaldi; Corso Italia; Piazza Garibaldi; Via Dante; Via Giuseppe Verdi; "
            "Viale Europa"
        ),
        _list("Torino; 00184 Roma; Bologna; Napoli; Firenze; Genova; Venezia; Palermo; 24121 Bergamo; Como"),
    ),
    Country(
        "{street} {number}, {town}",
        _list("Mannerheimintie; Kirkkokatu; Rauhankatu; Hämeenkatu; Kauppakatu; Yliopistonkatu; Aleksanterinkatu"),
        _list("Tampere; 20100 Turku; Oulu; Lahti; Jyväskylä; Kuopio; Vaasa"),
    ),
    Country(
        "{street}, {number} - {town}",
        _list(
            "Rua Augusta; Avenida Paulista; Rua da Praia; Avenida Getúlio Vargas; Rua Sete de Setembro; "
            "Rua São José"
        ),
        _list("São Paulo; Lisboa; Porto; Rio de Janeiro; Curitiba; Salvador; Belo Horizonte"),
    ),
    Country(
        "{street} {number}, {town}",
        _list(
            "Calle Mayor; Gran Vía; Carrer de Sants; Avenida de América; Storgatan; Vesterbrogade; "
            "Kongensgade; Damrak"
        ),
        _list("Madrid; Barcelona; Sevilla; Stockholm; København; Oslo; Amsterdam; Göteborg; Aarhus"),
    ),
)  # fmt: skip
LANDMARKS = _list(
    "10 Downing Street, London; 221B Baker Street, London; Unter den Linden 5, Berlin; "
    "Rue de Rivoli 12, Paris; 1600 Pennsylvania Avenue NW, Washington, DC; Via del Corso 18, Roma; "
    "Avenida Paulista 1578, São Paulo; Champs-Élysées 100, Paris; Kurfürstendamm 26, Berlin; "
    "Bahnhofstrasse 1, Zürich; Eiffel Tower; Brandenburger Tor; Colosseo, Roma; Buckingham Palace; "
    "Golden Gate Bridge; Sydney Opera House; Alexanderplatz; Piccadilly Circus; Times Square, New York; "
    "Plaza Mayor, Madrid; Sagrada Família; Wembley Stadium; Louvre; Taj Mahal"
)
STATIONS = _list(
    "London Paddington; King's Cross station; Cardiff Central; Bristol Temple Meads; Swansea railway station; "
    "Berlin Hauptbahnhof; Hamburg Hbf; Zürich HB; Wien Hauptbahnhof; Gare de Lyon, Paris; Gare du Nord; "
    "Nice-Ville gare; Roma Termini; Torino Porta Nuova; Bologna Centrale; Stockholms centralstation; "
    "Tampereen rautatieasema; Grand Central Terminal; Union Station, Toronto; Estação da Luz, São Paulo; "
    "Heathrow Airport; London Gatwick; Bristol Airport; Cardiff Airport; Charles de Gaulle Airport; "
    "Aéroport Nice Côte d'Azur; Flughafen Zürich; Flughafen Frankfurt; Fiumicino aeroporto; "
    "Aeroporto di Malpensa; Schiphol; Arlanda; Barajas; Aeroporto de Guarulhos; "
    "Seattle-Tacoma International Airport; O'Hare International Airport; LAX; Sydney Airport"
)
POSTCODES = _list(
    "SW1A 1AA; W1A 1AA; EH1 1YZ; CF10 1EP; BS1 4DJ; M1 2WD; BT1 5GS; 75001; 69002; 13001; 10115; 50667; 60311; "
    "70173; 90210; 94103; 60601; 78701; 33101; 00184; 10121; 28013; 08001; 33100; 20500; K1A 0B1; M5V 2T6; "
    "1010 Wien; 8001 Zürich; 01310-100"
)
LINKS = _list(
    "https://www.example.com/flats/1234; http://example.org; www.rightmove.co.uk/properties/123456789; "
    "example.com/listing?id=42; https://www.immobilienscout24.de/expose/140123456; "
    "https://www.zillow.com/homedetails/2081234_zpid/; bit.ly/3xYzAbC; "
    "https://www.idealista.it/immobile/28123456/; https://etuovi.com/kohde/c12345; "
    "https://maps.app.goo.gl/abcDEF123; file:///C:/home.html; "
    'https://www.seloger.com/annonces/achat/appartement/198765432.htm; <a href="x">home</a>; '
    "javascript:alert(1); //street"
)
CONTACTS = _list(
    "+44 20 7946 0958; 020 7946 0018; (212) 555-0147; +1-604-555-0199; 555-0123; +49 89 12345678; "
    "0043 1 5850850; 06 12 34 56 78; +33 1 42 68 53 00; +358 9 1234567; +39 02 1234567; tel: 01632 960983; "
    "07700 900123; +55 11 91234-5678; 1-800-555-0199; jane.doe@example.com; info@example.org; "
    "john+flat@mail.example.net; agent_007@example.co.uk; home@example.it; mailto:anna@example.fi; "
    "street@example.com; jose.silva@example.com.br"
)
POINTS = _list(
    "48.8584, 2.2945; 51.5007, -0.1246; 40.7484, -73.9857; -33.8568, 151.2153; geo:52.5163,13.3777; "
    "35.6586 N, 139.7454 E; 41°53'25\"N 12°29'32\"E; 0.0, 0.0"
)
MASHED = _list(
    "asdf; asdfghjkl; qwertyuiop; qwertz; test; test test; lorem ipsum dolor; aaaaaa; xxxxxxxx; hjkl hjkl; "
    "foo bar baz; n/a; none; ????; 12345678901234567890; zzzzzz 99; the the the; i don't know; my house; "
    "somewhere nice; home; !!!; 3 bed flat; to be announced"
)
#: The first of each list are always asked: they stand there because they were answered wrongly, or are the commonest.
FIRST = 8
#: How many of each kind are asked; the towns fill up the rest.
SHARES = {
    "street": 85,
    "landmark": 20,
    "station": 36,
    "postcode": 26,
    "link": 14,
    "contact": 20,
    "point": 7,
    "gibberish": 30,
}


def abroad(words: set[str], count: int = COUNT) -> dict[str, list[Asked]]:
    """Return the questions by kind, but those for what something of a region is called, in full."""
    draw = random.Random(SEED)
    pools = {
        "street": list(dict.fromkeys(_streets(draw))),
        "landmark": list(LANDMARKS),
        "station": list(STATIONS),
        "postcode": list(POSTCODES),
        "link": list(LINKS),
        "contact": list(CONTACTS),
        "point": list(POINTS),
        "gibberish": [*MASHED, *_gibberish(draw, 20)],
        "town": [*TOWNS, *WITH_COUNTRY],
    }
    asked: dict[str, list[Asked]] = {}
    for kind, pool in pools.items():
        fair = [text for text in pool if not called(text, words)]
        drawn = [*fair[:FIRST], *draw.sample(fair[FIRST:], len(fair[FIRST:]))]
        share = SHARES.get(kind, COUNT - sum(SHARES.values())) * count // COUNT
        asked[kind] = [Asked(text, kind, lambda choice: False) for text in drawn[:share]]
    return asked


def known_names(words: set[str]) -> list[str]:
    """Return the names of the lists that are left out."""
    return [text for text in (*TOWNS, *WITH_COUNTRY, *LANDMARKS, *STATIONS, *POSTCODES, *MASHED) if called(text, words)]


def called(text: str, words: set[str]) -> bool:
    """Return whether something is called by a text, or by its last part: the town it names."""
    return key(text) in words or ("," in text and key(text.rpartition(",")[2]) in words)


def _streets(draw: random.Random) -> Iterator[str]:
    """Yield usual streets of usual towns, the countries in turn."""
    for turn in range(160):
        country = COUNTRIES[turn % len(COUNTRIES)]
        street, town = draw.choice(country.streets), draw.choice(country.towns)
        yield country.pattern.format(number=draw.randint(1, 120), street=street, town=town)


def _gibberish(draw: random.Random, count: int) -> Iterator[str]:
    for _ in range(count):
        lengths = [draw.randint(4, 10) for _ in range(draw.randint(1, 3))]
        yield " ".join("".join(draw.choices(string.ascii_lowercase, k=length)) for length in lengths)
