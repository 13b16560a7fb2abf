"""Which extract each country and state lies in, as Geofabrik cuts and names them (https://download.geofabrik.de)."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator


def slug(name: str) -> str:
    """Return a name as a path has it: "Québec" is "quebec"."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "-".join(plain.lower().replace("'", "-").split())


#: Countries by their codes in Natural Earth (mostly ISO 3166-1 alpha-3), a line for each continent.
_COUNTRIES = {
    "africa": """DZA:algeria AGO:angola BEN:benin BWA:botswana BFA:burkina-faso BDI:burundi CMR:cameroon CPV:cape-verde
        CAF:central-african-republic TCD:chad COM:comores COG:congo-brazzaville COD:congo-democratic-republic
        DJI:djibouti EGY:egypt GNQ:equatorial-guinea ERI:eritrea ETH:ethiopia GAB:gabon GHA:ghana GIN:guinea
        GNB:guinea-bissau CIV:ivory-coast KEN:kenya LSO:lesotho LBR:liberia LBY:libya MDG:madagascar MWI:malawi MLI:mali
        MRT:mauritania MUS:mauritius MAR:morocco SAH:morocco MOZ:mozambique NAM:namibia NER:niger NGA:nigeria RWA:rwanda
        SHN:saint-helena-ascension-and-tristan-da-cunha STP:sao-tome-and-principe SEN:senegal-and-gambia
        GMB:senegal-and-gambia SYC:seychelles SLE:sierra-leone SOM:somalia SOL:somalia ZAF:south-africa SDS:south-sudan
        SDN:sudan SWZ:swaziland TZA:tanzania TGO:togo TUN:tunisia UGA:uganda ZMB:zambia ZWE:zimbabwe""",
    "asia": """AFG:afghanistan ARM:armenia AZE:azerbaijan BGD:bangladesh BTN:bhutan KHM:cambodia HKG:china/hong-kong
        MAC:china/macau TLS:east-timor BHR:gcc-states KWT:gcc-states OMN:gcc-states QAT:gcc-states SAU:gcc-states
        ARE:gcc-states IND:india KAS:india/northern-zone IDN:indonesia IRN:iran IRQ:iraq ISR:israel-and-palestine
        PSX:israel-and-palestine JPN:japan JOR:jordan KAZ:kazakhstan KAB:kazakhstan KGZ:kyrgyzstan LAO:laos LBN:lebanon
        MYS:malaysia-singapore-brunei SGP:malaysia-singapore-brunei BRN:malaysia-singapore-brunei MDV:maldives
        MNG:mongolia MMR:myanmar NPL:nepal PRK:north-korea PAK:pakistan PHL:philippines KOR:south-korea LKA:sri-lanka
        SYR:syria TWN:taiwan TJK:tajikistan THA:thailand TKM:turkmenistan UZB:uzbekistan VNM:vietnam YEM:yemen""",
    "australia-oceania": """ASM:american-oceania GUM:american-oceania MNP:american-oceania UMI:american-oceania
        ATC:australia/ashmore-cartier CSI:australia/coral-sea-islands HMD:australia/heard-mcdonald
        NFK:australia/norfolk-island COK:cook-islands FJI:fiji CLP:ile-de-clipperton KIR:kiribati MHL:marshall-islands
        FSM:micronesia NRU:nauru NCL:new-caledonia NZL:new-zealand NIU:niue PLW:palau PNG:papua-new-guinea
        PCN:pitcairn-islands PYF:polynesie-francaise WSM:samoa SLB:solomon-islands TKL:tokelau TON:tonga TUV:tuvalu
        VUT:vanuatu WLF:wallis-et-futuna""",
    "central-america": """BHS:bahamas BLZ:belize CRI:costa-rica CUB:cuba USG:cuba SLV:el-salvador GTM:guatemala
        HTI:haiti-and-domrep DOM:haiti-and-domrep HND:honduras JAM:jamaica NIC:nicaragua PAN:panama""",
    "europe": """ALB:albania AND:andorra AUT:austria BLR:belarus BEL:belgium BIH:bosnia-herzegovina BGR:bulgaria
        HRV:croatia CYP:cyprus CYN:cyprus ESB:cyprus WSB:cyprus CZE:czech-republic DNK:denmark EST:estonia
        FRO:faroe-islands FIN:finland ALD:finland FRA:france BLM:france/guadeloupe
        MAF:france/guadeloupe
        GEO:georgia DEU:germany GRC:greece GGY:guernsey-jersey JEY:guernsey-jersey HUN:hungary ISL:iceland
        IRL:ireland-and-northern-ireland IMN:isle-of-man ITA:italy SMR:italy/nord-est VAT:italy/centro KOS:kosovo
        LVA:latvia
        LIE:liechtenstein LTU:lithuania LUX:luxembourg MKD:macedonia MLT:malta MDA:moldova MCO:monaco MNE:montenegro
        NLD:netherlands POL:poland PRT:portugal ROU:romania SRB:serbia SVK:slovakia SVN:slovenia ESP:spain
        GIB:spain/andalucia SWE:sweden CHE:switzerland TUR:turkey UKR:ukraine BMU:united-kingdom/bermuda
        FLK:united-kingdom/falklands""",
    "north-america": "CAN:canada GRL:greenland MEX:mexico PRI:us/puerto-rico VIR:us/us-virgin-islands",
    "south-america": """ARG:argentina BOL:bolivia BRA:brazil CHL:chile COL:colombia ECU:ecuador GUY:guyana PRY:paraguay
        PER:peru SUR:suriname URY:uruguay VEN:venezuela""",
}
PATHS = {
    **{
        code: f"{continent}/{path}"
        for continent, listed in _COUNTRIES.items()
        for code, path in (pair.split(":") for pair in listed.split())
    },
    "ATA": "antarctica",
    # Islands that have no extract of their own lie in that of the continent.
    **dict.fromkeys(
        (
            "ABW",
            "AIA",
            "ATG",
            "BRB",
            "CUW",
            "CYM",
            "DMA",
            "GRD",
            "KNA",
            "LCA",
            "MSR",
            "SXM",
            "TCA",
            "TTO",
            "VCT",
            "VGB",
        ),
        "central-america",
    ),
}

#: Parts of countries: the path before them, the ISO 3166-2 prefix, and each part with its states.
_PARTS = (
    (
        "north-america/canada",
        "CA",
        """alberta AB|british-columbia BC|manitoba MB|new-brunswick NB|newfoundland-and-labrador NL
        |northwest-territories NT|nova-scotia NS|nunavut NU|ontario ON|prince-edward-island PE|quebec QC|saskatchewan SK
        |yukon YT""",
    ),
    (
        "europe/germany",
        "DE",
        """baden-wuerttemberg BW|bayern BY|berlin BE|brandenburg BB|bremen HB|hamburg HH|hessen HE
        |mecklenburg-vorpommern MV|niedersachsen NI|nordrhein-westfalen NW|rheinland-pfalz RP|saarland SL|sachsen SN
        |sachsen-anhalt ST|schleswig-holstein SH|thueringen TH""",
    ),
    (
        "europe/france",
        "FR",
        """alsace 67 68|aquitaine 24 33 40 47 64|auvergne 03 15 43 63|basse-normandie 14 50 61|bourgogne 21 58 71 89
        |bretagne 22 29 35 56|centre 18 28 36 37 41 45|champagne-ardenne 08 10 51 52|corse 2A 2B
        |franche-comte 25 39 70 90|guadeloupe GP|guyane GF|haute-normandie 27 76
        |ile-de-france 75 77 78 91 92 93 94 95|languedoc-roussillon 11 30 34 48 66|limousin 19 23 87
        |lorraine 54 55 57 88|martinique MQ|mayotte YT|midi-pyrenees 09 12 31 32 46 65 81 82
        |nord-pas-de-calais 59 62|pays-de-la-loire 44 49 53 72 85|picardie 02 60 80|poitou-charentes 16 17 79 86
        |provence-alpes-cote-d-azur 04 05 06 13 83 84|reunion RE|rhone-alpes 01 07 26 38 42 69 73 74""",
    ),
    (
        "europe/italy",
        "IT",
        """nord-ovest AO VB CN TO AT VC NO AL BI VA CO SO BG BS CR MN MI LC MB LO PV IM SP GE SV
        |nord-est BZ TN RN FE RA FC PC PR RE MO BO BL VE PD RO VI VR TV UD GO TS PN
        |centro PU AN MC FM AP LT RM VT RI FR GR LI PI LU MS SI AR FI PT PO TR PG
        |sud TE PE CH AQ CB IS FG BT BA BR LE TA MT PZ CS KR CZ RC VV SA NA CE BN AV
        |isole TP ME PA AG CL RG SR CT EN CI SS NU OT OR VS CA OG""",
    ),
    (
        "europe/spain",
        "ES",
        """andalucia CA H AL GR MA SE CO J|aragon HU Z TE|asturias O|cantabria S|castilla-la-mancha AB CU TO CR GU
        |castilla-y-leon SA ZA LE SO BU AV P SG VA|cataluna L GI B T|ceuta CE|extremadura BA CC|galicia OR PO C LU
        |islas-baleares PM|la-rioja LO|madrid M|melilla ML|murcia MU|navarra NA|pais-vasco SS BI VI|valencia CS V A""",
    ),
    ("africa", "ES", "canary-islands TF GC"),
    ("europe", "PT", "azores 20"),
    ("asia/india", "IN", "southern-zone AN LD"),
    (
        "europe/poland",
        "PL",
        """dolnoslaskie DS|kujawsko-pomorskie KP|lodzkie LD|lubelskie LU|lubuskie LB|malopolskie MA|mazowieckie MZ
        |opolskie OP|podkarpackie PK|podlaskie PD|pomorskie PM|slaskie SL|swietokrzyskie SK|warminsko-mazurskie WN
        |wielkopolskie WP|zachodniopomorskie ZP""",
    ),
    (
        "europe/netherlands",
        "NL",
        """drenthe DR|flevoland FL|friesland FR|gelderland GE|groningen GR|limburg LI|noord-brabant NB|noord-holland NH
        |overijssel OV|utrecht UT|zeeland ZE|zuid-holland ZH""",
    ),
    ("", "NL", "central-america BQ1 BQ2 BQ3"),
    (
        "europe/norway",
        "NO",
        """ostlandet 01 02 03 04 05 06 07 08|sorlandet 09 10|vestlandet 11 12 14 15|trondelag 16 17|nord-norge 18 19 20
        |svalbard-janmayen 21 22""",
    ),
    ("europe", "UA", "ukraine 40 43"),
    (
        "russia",
        "RU",
        """central-fed-district SMO BRY KRS BEL VOR LIP TAM ORL KLU KOS YAR VLA RYA IVA TUL TVE MOW MOS
        |far-eastern-fed-district AMU YEV KHA PRI MAG SAK CHU SA KAM|kaliningrad KGD
        |north-caucasus-fed-district DA IN KB KC SE STA CE|northwestern-fed-district PSK MUR KR LEN NEN SPE ARK VLG NGR
        KO|siberian-fed-district AL BU TY ZAB OMS NVS ALT KYA TOM KEM IRK KK|south-fed-district AD AST VGG KL KDA ROS
        |ural-fed-district TYU KGN CHE YAN X01~ SVE KHM
        |volga-fed-district ORE SAR BA TA ULY PNZ MO NIZ CU ME KIR UD PER SAM""",
    ),
    (
        "asia/china",
        "CN",
        """anhui AH|beijing BJ|chongqing CQ|fujian FJ|gansu GS|guangdong GD|guangxi GX|guizhou GZ|hainan HI X01~
        |hebei HE|heilongjiang HL|henan HA|hubei HB|hunan HN|inner-mongolia NM|jiangsu JS|jiangxi JX|jilin JL
        |liaoning LN|ningxia NX|qinghai QH|shaanxi SN|shandong SD|shanghai SH|shanxi SX|sichuan SC|tianjin TJ|tibet XZ
        |xinjiang XJ|yunnan YN|zhejiang ZJ""",
    ),
    (
        "asia/india",
        "IN",
        """central-zone CT UT UP MP|eastern-zone BR JH OR WB|north-eastern-zone AR AS NL MN MZ TR ML SK
        |northern-zone CH DL HR HP JK LA PB RJ|southern-zone AP KA KL PY TN TG|western-zone DH GA GJ MH""",
    ),
    (
        "asia/indonesia",
        "ID",
        """java BT JB JK JT JI YO|kalimantan KB KT KS KI KU|maluku MA MU|nusa-tenggara BA NB NT|papua PA PB
        |sulawesi SA ST SN SG GO SR|sumatra AC SU SB RI JA SS BE LA BB KR""",
    ),
    (
        "asia/japan",
        "JP",
        """hokkaido 01|tohoku 02 03 04 05 06 07|kanto 08 09 10 11 12 13 14|chubu 15 16 17 18 19 20 21 22 23
        |kansai 24 25 26 27 28 29 30|chugoku 31 32 33 34 35|shikoku 36 37 38 39|kyushu 40 41 42 43 44 45 46 47""",
    ),
    (
        "australia-oceania/australia",
        "AU",
        "act ACT X02~|new-south-wales NSW|northern-territory NT|queensland QLD|south-australia SA|tasmania TAS X03~"
        "|victoria VIC|western-australia WA",
    ),
    (
        "south-america/brazil",
        "BR",
        """centro-oeste DF GO MT MS|nordeste AL BA CE MA PB PE PI RN SE|norte AC AP AM PA RO RR TO|sudeste ES MG RJ SP
        |sul PR RS SC""",
    ),
)


def _parts() -> Iterator[tuple[str, str]]:
    for parent, prefix, parts in _PARTS:
        for part in parts.split("|"):
            name, *codes = part.split()
            for code in codes:
                yield f"{prefix}-{code}", f"{parent}/{name}" if parent else name


#: Paths of states and provinces by their ISO 3166-2 codes (with ~: Natural Earth's own).
STATE_PATHS = dict(_parts())

#: The four countries of the United Kingdom, which its counties name as Natural Earth's `geonunit`.
UK = {
    "England": "europe/united-kingdom/england",
    "Scotland": "europe/united-kingdom/scotland",
    "Wales": "europe/united-kingdom/wales",
    "Northern Ireland": PATHS["IRL"],
}

#: Names that the path does not tell as people write them.
NAMES = {
    "africa/comores": "the Comoros",
    "africa/congo-brazzaville": "the Republic of the Congo (Brazzaville)",
    "africa/congo-democratic-republic": "the Democratic Republic of the Congo",
    "africa/saint-helena-ascension-and-tristan-da-cunha": "Saint Helena, Ascension and Tristan da Cunha",
    "africa/sao-tome-and-principe": "São Tomé and Príncipe",
    "africa/senegal-and-gambia": "Senegal and the Gambia",
    "africa/swaziland": "Eswatini",
    "asia/gcc-states": "the Gulf states (Bahrain, Kuwait, Oman, Qatar, Saudi Arabia, United Arab Emirates)",
    "asia/israel-and-palestine": "Israel and Palestine",
    "asia/malaysia-singapore-brunei": "Malaysia, Singapore and Brunei",
    "australia-oceania/australia/act": "Australian Capital Territory",
    "australia-oceania/australia/ashmore-cartier": "Ashmore and Cartier Islands",
    "australia-oceania/australia/heard-mcdonald": "Heard Island and McDonald Islands",
    "africa/guinea-bissau": "Guinea-Bissau",
    "australia-oceania/ile-de-clipperton": "Clipperton Island",
    "australia-oceania/polynesie-francaise": "French Polynesia",
    "australia-oceania/wallis-et-futuna": "Wallis and Futuna",
    "australia-oceania/american-oceania": "the American islands of Oceania",
    "central-america": "Central America and the Caribbean",
    "central-america/haiti-and-domrep": "Haiti and the Dominican Republic",
    "europe/bosnia-herzegovina": "Bosnia and Herzegovina",
    "europe/france/basse-normandie": "Basse-Normandie",
    "europe/france/haute-normandie": "Haute-Normandie",
    "europe/france/languedoc-roussillon": "Languedoc-Roussillon",
    "europe/france/nord-pas-de-calais": "Nord-Pas-de-Calais",
    "europe/france/poitou-charentes": "Poitou-Charentes",
    "europe/france/franche-comte": "Franche-Comté",
    "europe/france/ile-de-france": "Île-de-France",
    "europe/france/midi-pyrenees": "Midi-Pyrénées",
    "europe/france/pays-de-la-loire": "Pays de la Loire",
    "europe/france/provence-alpes-cote-d-azur": "Provence-Alpes-Côte d'Azur",
    "europe/france/rhone-alpes": "Rhône-Alpes",
    "europe/france/reunion": "Réunion",
    "europe/germany/baden-wuerttemberg": "Baden-Württemberg",
    "europe/germany/mecklenburg-vorpommern": "Mecklenburg-Vorpommern",
    "europe/germany/nordrhein-westfalen": "Nordrhein-Westfalen",
    "europe/germany/thueringen": "Thüringen",
    "europe/germany/rheinland-pfalz": "Rheinland-Pfalz",
    "europe/germany/sachsen-anhalt": "Sachsen-Anhalt",
    "europe/germany/schleswig-holstein": "Schleswig-Holstein",
    "europe/guernsey-jersey": "Guernsey and Jersey",
    "europe/ireland-and-northern-ireland": "Ireland and Northern Ireland",
    "europe/isle-of-man": "Isle of Man",
    "europe/italy/nord-est": "Nord-Est",
    "europe/italy/nord-ovest": "Nord-Ovest",
    "europe/netherlands/noord-brabant": "Noord-Brabant",
    "europe/netherlands/noord-holland": "Noord-Holland",
    "europe/netherlands/zuid-holland": "Zuid-Holland",
    "europe/norway/nord-norge": "Nord-Norge",
    "europe/norway/ostlandet": "Østlandet",
    "europe/norway/sorlandet": "Sørlandet",
    "europe/norway/svalbard-janmayen": "Svalbard and Jan Mayen",
    "europe/norway/trondelag": "Trøndelag",
    "europe/macedonia": "North Macedonia",
    "europe/spain/castilla-la-mancha": "Castilla-La Mancha",
    "europe/spain/castilla-y-leon": "Castilla y León",
    "europe/spain/cataluna": "Cataluña",
    "europe/spain/pais-vasco": "País Vasco",
    "north-america/canada/newfoundland-and-labrador": "Newfoundland and Labrador",
    "north-america/canada/quebec": "Québec",
    "north-america/us/district-of-columbia": "District of Columbia",
    "north-america/us/us-virgin-islands": "US Virgin Islands",
    "russia/central-fed-district": "Central Federal District",
    "russia/far-eastern-fed-district": "Far Eastern Federal District",
    "russia/north-caucasus-fed-district": "North Caucasus Federal District",
    "russia/northwestern-fed-district": "Northwestern Federal District",
    "russia/siberian-fed-district": "Siberian Federal District",
    "russia/south-fed-district": "South Federal District",
    "russia/ural-fed-district": "Ural Federal District",
    "russia/volga-fed-district": "Volga Federal District",
}
