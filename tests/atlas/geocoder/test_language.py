"""What the words of addresses mean, language by language, and which languages a region's streets are in."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.atlas.geocoder.language import languages, languages_in, vocabulary
from app.atlas.geocoder.language_tables import language
from app.atlas.geocoder.letters import fold
from app.atlas.geocoder.text import tokens_of

#: A line a name: its language, the full name, and how people also write it.
WRITTEN_ALIKE = """
en: Main Street = Main St = main st. = Main Str
en: Saint James Street = St James St = St. James Street
en: North 2nd Avenue = N Second Ave = N. 2nd Av
en: Main Street North = Main St N = Main St. No.
en: Doctor King Drive = Dr. King Dr
en: Southwest Boulevard = SW Blvd = S/W Bvd
en: Mount Vernon Court = Mt Vernon Ct
en: Fort Washington Highway = Ft Washington Hwy
en: South Street = S St
en: Cherry Hill Road = Cherry Hl Rd
en: General Grant Circle = Gen Grant Cir
en: Park Place = Pk Pl
en: Twentieth Street = 20th St = 20 St
en: Elizabeth II Terrace = Elizabeth 2 Ter
fr: Boulevard du Général de Gaulle = Bd. du Gal de Gaulle = Bld du Gén. de Gaulle = boul du general de gaulle
fr: Avenue Saint-Michel = Av. St Michel = ave st-michel
fr: Rue Sainte-Anne = R. Ste Anne
fr: Boulevard Albert Premier = bd Albert 1er
fr: Place du Maréchal Foch = Pl. du Mal Foch
fr: Impasse du Docteur Roux = Imp. du Dr Roux
fr: Rue du Faubourg Saint-Honoré = R. du Fbg St Honoré = Rue du Fg St-Honore
fr: Allée des Tilleuls = All. des Tilleuls
fr: Chemin de la Colle = Ch. de la Colle = che de la colle
fr: Quai Antoine Premier = Q. Antoine 1er
fr: Rue du Huit Mai = R du 8 mai
fr: Avenue du Président Kennedy = Av du Pdt Kennedy
fr: Rue Louis XIV = Rue Louis 14
de: Hauptstraße = Hauptstr. = hauptstrasse = Hauptstrase
de: Lange Straße = Lange Str.
de: Sankt-Martin-Straße = St.-Martin-Str.
de: Bürgermeister-Schmidt-Straße = Bgm.-Schmidt-Str.
de: Professor-Huber-Platz = Prof.-Huber-Pl.
de: Straße des 17. Juni = Str. des 17. Juni
de: Doktor-Karl-Renner-Ring = Dr.-Karl-Renner-Ring
de: Heilige Geist Gasse = Hl. Geist Gasse
de: Große Bleichen = Gr. Bleichen
de: Erste Straße = 1 Straße
es: Calle Santa María = C/ Sta. María = C. Sta Maria = cl santa maria
es: Avenida de la Constitución = Avda. de la Constitución = Av de la Const.
es: Plaza Mayor = Pza. Mayor = Pl Mayor = Plz. Mayor
es: Paseo de la Castellana = Pº de la Castellana = Pso. de la Castellana
es: Carretera de Burgos = Ctra. de Burgos
es: Carrera 7 = Cra. 7 = Kra 7 = Cr. 7 = KR 7
es: Diagonal 40 = Dg 40
es: Transversal 5 = Tv. 5
es: Calle General Mola = C/ Gral. Mola
es: Plaza Nuestra Señora = Pza Ntra. Sra. = Plaza Nª Sra.
es: Calle San Juan = C/ S. Juan
es: Calle Doce de Octubre = C/ 12 de Octubre
es: Primera Avenida = 1ª Avda
pt: Rua Dom Pedro II = R. D. Pedro II = R. Dom Pedro 2
pt: Avenida São João = Av. S. João
pt: Praça Marechal Deodoro = Pç. Mal. Deodoro = Pca Mal Deodoro
pt: Travessa Santo António = Tv. Sto. António
pt: Rua Doutor Flores = R. Dr. Flores
pt: Rua Coronel Bordini = R. Cel. Bordini
pt: Alameda Nossa Senhora = Al. N. Sra.
pt: Largo Professor Francisco = Lg. Prof. Fco.
pt: Rua Sete de Setembro = R. 7 de Setembro
it: Via San Giovanni = V. S. Giovanni = via s. giovanni
it: Viale Monza = V.le Monza = Vle Monza
it: Piazza Santa Maria = P.za S. Maria = P.zza Sta Maria = Pza S.ta Maria
it: Corso Sempione = C.so Sempione
it: Largo Augusto = L.go Augusto
it: Via Quattro Novembre = Via IV Novembre = V. 4 Novembre
it: Via Venti Settembre = Via XX Settembre
it: Piazzale Generale Cantore = P.le Gen. Cantore
it: Vicolo Santi Apostoli = Vic. SS. Apostoli
it: Via Fratelli Bronzetti = Via F.lli Bronzetti
ca: Carrer de Sant Pere = C/ de St. Pere = C. de St Pere
ca: Avinguda Diagonal = Av. Diagonal = Avgda Diagonal
ca: Plaça de Catalunya = Pl. de Catalunya = Pça de Catalunya
ca: Passeig de Gràcia = Pg. de Gràcia
ca: Carretera de Sants = Ctra. de Sants
ca: Rambla de Santa Mònica = Rbla. de Sta. Mònica
ca: Passatge Mercader = Ptge. Mercader
ca: Travessera de Dalt = Trav. de Dalt
nl: Kerkstraat = Kerkstr.
nl: Sint Jansstraat = St. Jansstr.
nl: Burgemeester de Vlugtlaan = Burg. de Vlugtlaan
nl: Doctor Schaepmanplein = Dr. Schaepmanpln
nl: President Kennedylaan = Pres. Kennedylaan
nl: Eerste Hugo de Grootstraat = 1e Hugo de Grootstr.
nl: Koningin Emmakade = Kon. Emmakade
da: Gammel Kongevej = Gl. Kongevej
da: Nordre Frihavnsgade = Ndr. Frihavnsgade
da: Søndre Boulevard = Sdr. Boulevard = Sdr. Blvd.
da: Sankt Peders Stræde = Skt. Peders Stræde = Sct. Peders Str. = St. Peders Stræde
da: Vestre Allé = V. Allé
da: Kongens Nytorv = Kgs. Nytorv
da: Østre Allé = Ø. Allé
da: Christian den Fjerde Plads = Chr. den 4 Plads
sv: Sankt Eriksgatan = S:t Eriksgatan = St. Eriksgatan
sv: Norra Storgatan = N:a Storgatan = N. Storgatan
sv: Södra Vägen = S:a Vägen
sv: Västra Hamngatan = V:a Hamngatan
sv: Lilla Torg = L:a Torg
sv: Östra Allén = Ö:a Allén
nb: Storgata = Storgate = Storgaten
nb: Kirkeveien = Kirkevegen
nb: Sankt Olavs gate = St. Olavs gt. = St. Olavs gata
nb: Nordre Slottsgate = Ndr. Slottsgate
fi: Bulevardi Toinen Linja = Bulev. 2 Linja
fi: Iso Esplanadi = Iso Espl.
fi: Professori Katu = Prof. Katu
et: Pikk tänav = Pikk tn
et: Narva maantee = Narva mnt
et: Estonia puiestee = Estonia pst
et: Akadeemik Tee = Akad. Tee
pl: ulica Marszałkowska = ul. Marszałkowska
pl: Aleje Jerozolimskie = Al. Jerozolimskie = Aleja Jerozolimskie
pl: plac Generała Andersa = pl. gen. Andersa
pl: ulica Świętego Jana = ul. św. Jana
pl: osiedle Księdza Popiełuszki = os. ks. Popiełuszki
pl: ulica Marszałka Piłsudskiego = ul. Marsz. Piłsudskiego
pl: ulica Pułkownika Kuklińskiego = ul. płk. Kuklińskiego
pl: ulica Trzeciego Maja = ul. 3 Maja
cs: náměstí Míru = nám. Míru
cs: Václavské náměstí = Václavské nám.
cs: třída Generála Svobody = tř. gen. Svobody
cs: Smetanovo nábřeží = Smetanovo nábř.
cs: ulice Doktora Zikmunda = ul. Dr. Zikmunda
sk: Hlavná ulica = Hlavná ul.
sk: Námestie Svätého Egídia = Nám. sv. Egídia
sk: Trieda Generála Štefánika = Tr. gen. Štefánika
hu: Kossuth Lajos utca = Kossuth Lajos u.
hu: Szent István körút = Szt. István krt.
hu: Széchenyi sétány = Széchenyi stny.
hu: Petőfi rakpart = Petőfi rkp.
hu: Doktor Nagy tér = Dr. Nagy tér
ro: Strada Sfântul Ioan = Str. Sf. Ioan
ro: Bulevardul General Magheru = Bd. Gen. Magheru = B-dul G-ral Magheru
ro: Calea Victoriei = Cal. Victoriei
ro: Șoseaua Kiseleff = Șos. Kiseleff
ro: Piața Unirii = P-ța Unirii = Pta. Unirii
ro: Aleea Rozelor = Al. Rozelor
hr: Ulica Svetog Duha = Ul. sv. Duha
hr: Slavonska avenija = Slavonska av.
hr: Savska cesta = Savska c.
bs: Ulica Kralja Tvrtka = Ul. kralja Tvrtka
sl: Slovenska cesta = Slovenska c.
sl: Ulica svetega Petra = Ul. sv. Petra
sr: Булевар краља Александра = Bulevar kralja Aleksandra = Bul. kralja Aleksandra
sr: Улица Светог Саве = Ул. Св. Саве
sq: Rruga Doktor Ismail = Rr. Dr. Ismail
sq: Bulevardi Bajram Curri = Bul. Bajram Curri
tr: Atatürk Caddesi = Atatürk Cad. = Atatürk Cd.
tr: Güneş Sokak = Güneş Sok. = Güneş Sk. = Güneş Sokağı
tr: Fevzi Bulvarı = Fevzi Bul. = Fevzi Blv.
mt: Triq San Pawl = Tr. S. Pawl
mt: Misraħ San Ġorġ = Mis. San Ġorġ
gl: Rúa do Doutor Fleming = R. do Dr. Fleming
gl: Praza de San Paio = Pza. de S. Paio
lb: Groussgaass Strooss = Groussgaass Str.
lt: Gedimino prospektas = Gedimino pr. = Gedimino prosp.
lt: Pilies gatvė = Pilies g.
lv: Brīvības iela = Brīvības ie.
lv: Raiņa bulvāris = Raiņa bulv.
is: Laugavegur Gata = Laugavegur g.
el: Λεωφόρος Συγγρού = Λεωφ. Συγγρού = Leof. Syngrou
el: Πλατεία Αγίου Γεωργίου = Πλ. Αγ. Γεωργίου = Plateia Agiou Georgiou
el: Οδός Ερμού = Οδ. Ερμού = Odos Ermou
ru: улица Ленина = ул. Ленина = ulitsa Lenina = ul. Lenina
ru: Невский проспект = Невский пр. = Невский пр-кт = Nevskiy prospekt
ru: набережная Адмирала Макарова = наб. адм. Макарова
ru: площадь Победы = пл. Победы
ru: бульвар Генерала Карбышева = б-р ген. Карбышева
ru: Большая Морская улица = Б. Морская ул.
ru: Лесной переулок = Лесной пер.
uk: вулиця Хрещатик = вул. Хрещатик
uk: проспект Перемоги = просп. Перемоги = пр-т Перемоги
uk: провулок Академіка Богомольця = пров. акад. Богомольця
be: вуліца Генерала Карбышава = вул. ген. Карбышава
bg: булевард Витоша = бул. Витоша = bul. Vitosha
bg: улица Свети Климент = ул. Св. Климент
mk: булевар Гоце Делчев = бул. Гоце Делчев
eu: Gran Vía kalea = Gran Vía k.
ga: Bóthar Naomh Pádraig = Br. N. Pádraig
gd: Sràid Mhòr = Sr. Mhor
cy: Heol Fawr = Hl. Fawr
af: Kerkstraat = Kerkstr.
af: Generaal Smutslaan = Genl. Smutslaan
id: Jalan Jenderal Sudirman = Jl. Jend. Sudirman = Jln. Jendral Sudirman
id: Gang Haji Ali = Gg. H. Ali
ms: Jalan Tun Razak = Jln Tun Razak
vi: Phố Hàng Bông = P. Hàng Bông
tl: Kalye Santo Niño = Kal. Sto. Niño
br: Straed Sant Yann = Str. St Yann
oc: Carrièra Sant Joan = Carr. St Joan
fo: Sankta Vegur = St. Vegur
"""

APART = """
en: St James Street = James Street
en: St Marks Place = Street Marks Place
en: North Street = Northern Street
en: Old Street = New Street
fr: Rue Saint Michel = Rue Michel
fr: Rue Neuve = Rue 9
es: Carrera 8A = Carrera 8
es: Calle San Juan = Calle Sur Juan
it: Via San Remo = Via Remo
ca: Carrer Nou = Carrer 9
da: Vestre Allé = Vej Allé
sv: Stora Vägen = Sankt Vägen
de: Gasse am Ring = Weg am Ring
"""

STREETS = {
    "ca": "Carrer de Balmes, Avinguda Diagonal, Plaça Reial, Passeig de Gràcia, Carrer Nou, Carrer de Dalt",
    "cs": "Václavské náměstí, Národní třída, Smetanovo nábřeží, náměstí Míru, třída Míru, Dlouhá, Ulice Míru",
    "cy": "Heol y Bont, Ffordd Caerdydd, Stryd Fawr, Heol Fawr, Lôn Las, Ffordd y Môr",
    "da": "Vestergade, Nørregade, Kongevej, Bredgade, Strandvej, Rådhuspladsen, Skolevej",
    "de": "Hauptstraße, Bahnhofstraße, Schulweg, Marktplatz, Kirchgasse, Gartenstraße, Rosenweg",
    "el": "Λεωφόρος Συγγρού, Πλατεία Συντάγματος, Οδός Ερμού, Οδός Αθηνάς",
    "en": "Main Street, Oak Avenue, Church Road, Mill Lane, Station Road, High Street",
    "es": "Calle Mayor, Paseo del Prado, Plaza de España, Avenida de América, Calle de Alcalá, Calle Real",
    "et": "Pikk tänav, Narva maantee, Estonia puiestee, Tartu maantee, Lai tänav",
    "eu": "Autonomia kalea, Ercilla kalea, Zumalakarregi etorbidea, Errotako bidea",
    "fi": "Mannerheimintie, Aleksanterinkatu, Kaivokatu, Rantakuja, Metsäpolku, Kauppatori",
    "fr": "Rue de Rivoli, Avenue Foch, Boulevard Voltaire, Rue du Bac, Place Vendôme, Quai de Seine, Rue Neuve",
    "hu": "Váci utca, Andrássy út, Hősök tere, Kossuth utca, Szent István körút",
    "is": "Laugavegur, Hverfisgata, Skólavörðustígur, Hringbraut, Austurstræti, Suðurgata, Miklabraut",
    "it": "Via Dante, Corso Buenos Aires, Viale Monza, Piazza del Duomo, Piazzale Loreto, Corso Como, Via Roma",
    "lt": "Pilies gatvė, Gedimino prospektas, Vilniaus gatvė, Katedros aikštė, Didžioji gatvė",
    "lv": "Brīvības iela, Raiņa bulvāris, Čaka iela, Elizabetes iela, Doma laukums",
    "mt": "Triq ir-Repubblika, Misraħ San Ġorġ, Triq il-Merkanti, Sqaq Nru 1, Triq San Pawl",
    "nb": "Karl Johans gate, Storgata, Kirkeveien, Bogstadveien, Skolegata, Drammensveien",
    "nl": "Kalverstraat, Prinsengracht, Leidseplein, Dorpsstraat, Parklaan, Havenkade, Singelgracht",
    "pl": "ulica Długa, Aleje Jerozolimskie, plac Zamkowy, osiedle Piastów, ulica Krótka, plac Wolności, osiedle Nowe",
    "pt": "Rua Augusta, Avenida Paulista, Travessa do Carmo, Praça da Sé, Praça XV, Praça Nova, Beco do Rosário",
    "ro": "Strada Lipscani, Bulevardul Unirii, Calea Victoriei, Piața Unirii, Șoseaua Kiseleff",
    "ru": "улица Ленина, Невский проспект, Лесной переулок, набережная Макарова, площадь Победы, Садовая улица",
    "sk": "Hlavná ulica, Námestie slobody, Štefánikova trieda, Námestie SNP, Rázusovo nábrežie, Námestie mieru",
    "sl": "Slovenska cesta, Prešernova ulica, Cankarjevo nabrežje, Ljubljanska pot, Vodna pot, Gozdna pot",
    "sv": "Storgatan, Kungsgatan, Skolvägen, Drottninggatan, Norra vägen, Kyrkogatan",
    "tr": "Atatürk Caddesi, Güneş Sokak, Barbaros Bulvarı, Lale Sokağı, İnönü Caddesi",
    "uk": "вулиця Хрещатик, проспект Перемоги, провулок Музейний, вулиця Садова, Контрактова площа",
}  # fmt: skip


def names_of(text: str) -> list[tuple[str, str, str]]:
    """Return language, name and other spelling from lines of "code: name = other = other"."""
    lines = [line.split(": ") for line in text.strip().splitlines()]
    named = [(code, names.split(" = ")) for code, names in lines]
    return [(code, first, other) for code, (first, *others) in named for other in others]


def terms(codes: str, name: str) -> tuple[str, ...]:
    words = vocabulary(tuple(codes.split()))
    return words.terms([token.text for token in tokens_of(words.compact(fold(name)))])


@pytest.mark.parametrize(("code", "name", "other"), names_of(WRITTEN_ALIKE))
def test_spellings_of_one_name_have_the_same_terms(code: str, name: str, other: str) -> None:
    assert terms(code, name) == terms(code, other)


@pytest.mark.parametrize(("code", "name", "other"), names_of(APART))
def test_other_names_have_other_terms(code: str, name: str, other: str) -> None:
    assert terms(code, name) != terms(code, other)


def test_every_language_has_a_name_that_is_written_in_two_ways() -> None:
    assert {code for code, _, _ in names_of(WRITTEN_ALIKE)} == set(languages())


@pytest.mark.parametrize("code", STREETS)
def test_it_tells_the_language_from_the_names_of_streets(code: str) -> None:
    assert languages_in(STREETS[code].split(", ")) == (code,)


def test_a_region_may_speak_several() -> None:
    assert languages_in((STREETS["fi"] + ", " + STREETS["sv"]).split(", ")) == ("fi", "sv")


def test_a_few_names_of_a_language_are_no_evidence_for_it() -> None:
    names = [f"{n} Street" for n in range(200)]
    assert languages_in([*names, "Calle Mayor", "Calle Real", "Calle Sol"]) == ("en",)
    assert languages_in([*names, *STREETS["es"].split(", ")]) == ("en", "es")


def test_what_two_languages_share_counts_for_both_where_nothing_else_tells() -> None:
    assert languages_in(["Rúa Nova", "Rua do Sol", "Rúa Real"]) == ("gl", "pt")


@pytest.mark.parametrize("names", [[], ["Broadway"], ["", ",", "12"]])
def test_where_nothing_tells_it_is_english(names: list[str]) -> None:
    assert languages_in(names) == ("en",)


def test_in_a_village_each_name_tells() -> None:
    assert {"es", "fr"} <= {*languages_in(["Rue Haute", "Calle Mayor", "Broadway"])}


def test_the_street_type_of_a_name_says_which_language_its_abbreviations_are_in() -> None:
    assert terms("en es", "S Main St") == ("south", "main", "street")
    assert terms("en es", "Calle S. Juan") == ("calle", "san", "juan")


def test_where_two_languages_abbreviate_alike_their_words_are_one() -> None:
    assert terms("ca es", "C/ Balmes") == terms("ca es", "Carrer Balmes") == terms("ca es", "Calle Balmes")
    assert terms("de fr", "St Pierre") == terms("de fr", "Rue Saint Pierre")[1:]
    assert terms("ca", "Carrer Balmes") != terms("ca", "Calle Balmes")


@pytest.mark.parametrize(("code", "word"), [("it", "via"), ("en", "street"), ("en", "saint"), ("fr", "rue")])
def test_a_name_of_one_word_stays(code: str, word: str) -> None:
    assert terms(code, word) == (word,)


def test_a_single_letter_out_of_place_is_only_a_letter() -> None:
    assert terms("ca", "Carrer C") == ("carrer", "c")
    assert terms("fr", "Rue R") == ("rue", "r")


@pytest.mark.parametrize(
    ("code", "word", "digits"),
    [
        ("it", "quattro", "4"),
        ("it", "iv", "4"),
        ("fr", "huit", "8"),
        ("en", "first", "1"),
        ("fr", "1er", "1"),
        ("pt", fold("8ª"), "8"),
        ("en", "xxx", "30"),
        ("en", "21st", "21"),
    ],
)
def test_numbers_are_read_from_words(code: str, word: str, digits: str) -> None:
    assert vocabulary((code,)).numbers[word] == digits


@pytest.mark.parametrize(
    ("code", "word"), [("it", "novembre"), ("en", "i"), ("en", "x"), ("sv", "vi"), ("fr", "dix-x")]
)
def test_other_words_are_no_numbers(code: str, word: str) -> None:
    assert word not in vocabulary((code,)).numbers


def test_abbreviated_endings_name_the_whole_ones() -> None:
    assert vocabulary(("da",)).glued["v"] == ("vej",)
    assert vocabulary(("fi",)).glued["k"] == ("katu", "kuja")
    assert vocabulary(("de",)).glued["pl"] == ("platz",)
    assert set(vocabulary(("da", "sv")).glued["v"]) == {"vej", "vagen", "vag"}
    assert "strasse" in vocabulary(("de",)).glued_types
    assert "" not in vocabulary(("en",)).glued


def test_roles_hold_terms() -> None:
    words = vocabulary(("en", "fr"))
    assert {"street", "rue"} <= words.types
    assert {"saint", "docteur"} <= words.titles
    assert "north" in words.directions
    assert "de" in words.articles
    assert {"station", "gare"} <= words.stations
    assert {"and", "et"} <= words.joins


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(FileNotFoundError):
        vocabulary(("xx",))


SECTIONS = ("types", "endings", "titles", "directions", "words")
LISTS = ("name", "articles", "stations", "joins", "lookalikes", "ordinals", "plain")


@pytest.mark.parametrize("code", languages())
def test_a_table_is_whole_and_foldable(code: str) -> None:
    table = tomllib.loads((files("app.atlas.geocoder") / "languages" / f"{code}.toml").read_text("utf-8"))
    assert set(table) == {*SECTIONS, *LISTS, "place", "counted", "tens"}
    assert table["types"]
    spelled = [*(table[key] for key in LISTS), *table["counted"], *table["tens"]]
    spelled += [text for section in SECTIONS for term in table[section].items() for text in term]
    assert all(fold(text).isascii() for text in spelled)
    assert not [term for section in SECTIONS for term in table[section] if not fold(term).isalpha()]


@pytest.mark.parametrize("code", languages())
@given(data=st.data())
def test_terms_are_as_many_as_the_tokens_and_stay(code: str, data: st.DataObject) -> None:
    table = language(code)
    known = {word for by in (*table.spellings.values(), table.endings) for t in by.items() for word in (t[0], *t[1])}
    glued = {f"{stem}{ending}" for stem in ("haupt", "nor") for ending in table.endings}
    token = st.sampled_from(sorted(known | glued | {"8a", "12", "1e", "x"})) | st.text(
        "aeknst1", min_size=1, max_size=7
    )
    tokens = data.draw(st.lists(token, max_size=5))
    found = vocabulary((code,)).terms(tokens)
    assert len(found) == len(tokens)
    assert vocabulary((code,)).terms(found) == found
