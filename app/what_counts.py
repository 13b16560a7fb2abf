"""What counts as what: for every kind of place what a person means by it, which mapped things are that, which are not.

The importer follows these decisions; `/methods` shows them; the tests hold examples of each.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.places import Kind


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision on a few kinds: what counts, what does not, and why, each as words for a person."""

    kinds: tuple[Kind, ...]
    counts: str
    not_counts: str
    why: str


#: What holds for all kinds, in the order in which it is looked at.
FOR_ALL = (
    Decision(
        (),
        "Places that are there and open on the day of the map",
        "What is mapped as disused, abandoned, closed, planned or being built; opening hours that are only “off” or "
        "“closed”; an end date that has come or an opening date that has not; a name that ends in “(closed)” or "
        "“(historical)”",
        "The day is the map's own, never today's: a map of 2019 shows 2019. On a map without a day an end date counts "
        "as come, as hardly anybody maps one ahead",
    ),
    Decision(
        (),
        "Places that anybody may enter, or that anybody may join or pay for",
        "What is for residents, staff, pupils, guests or permit holders only; a canteen by its name; a park "
        "that may not "
        "be walked in; whatever lies in a prison, in barracks or in a zoo",
        "Sport is different in one way: a gym or a club is for members, and everybody may become one",
    ),
    Decision(
        (),
        "A thing that is mapped twice, once",
        "A school's buildings in its ground, a shop's building beside its node, an outline beside its relation, the "
        "platforms and halts of one stop",
        "Two of one name are one where one lies in the other or, by kind, up to 15 m (shops), 80 m (grounds) or 300 m "
        "(stations) off; two branches of a chain 60 m apart stay two",
    ),
)

DECISIONS = (
    Decision(
        (Kind.SUPERMARKET, Kind.GROCERY, Kind.GREENGROCER, Kind.CONVENIENCE, Kind.DELI, Kind.BAKERY),
        "Food shops by what the map calls them",
        "Wholesalers, and shops for staff or for members only",
        "Groceries for a household are bought where one walks in and pays",
    ),
    Decision(
        (
            *(Kind.CLOTHES, Kind.SHOES, Kind.DEPARTMENT_STORE, Kind.HARDWARE, Kind.DOITYOURSELF, Kind.GIFT),
            *(Kind.MALL, Kind.VARIETY_STORE, Kind.BOOKSHOP, Kind.OTHER_SHOP),
        ),
        "Shops by what they sell; whatever else is mapped as a shop is another shop",
        "Vacant shops, wholesalers, storage for rent",
        "An empty window is mapped as a shop in many towns",
    ),
    Decision(
        (
            Kind.RESTAURANT,
            Kind.FAST_FOOD,
            Kind.FOOD_COURT,
            Kind.CAFE,
            Kind.COFFEE_SHOP,
            Kind.TEA_SHOP,
            Kind.PUB,
            Kind.BAR,
        ),
        "Where one is served; shops for coffee and tea as well",
        "Canteens of companies, clubs for members, and nameless canteens in a school's ground",
        "Somebody who lives near must be let in",
    ),
    Decision(
        (Kind.BANK, Kind.ATM, Kind.POST_OFFICE),
        "Banks, cash machines and post offices for customers",
        "Food banks and blood banks; sorting and delivery offices",
        "They share a word with what people look for, and nothing else",
    ),
    Decision(
        (Kind.PHARMACY,),
        "Pharmacies that sell medicine",
        "Drugstores that do not dispense, pharmacies for animals, cannabis shops",
        "A prescription must be filled there",
    ),
    Decision(
        (Kind.GENERAL_PRACTICE,),
        "Practices and clinics whose speciality is general or family medicine, or whose name says so: "
        "“surgery”, “medical "
        "centre”, “Hausarzt”, “médecin généraliste”, “terveysasema”",
        "Dental, eye, laser and sexual health clinics, whatever else their name says",
        "A person asks for the doctor whom one sees first, with any complaint",
    ),
    Decision(
        (Kind.DOCTOR, Kind.CLINIC),
        "Doctors and clinics of whom the map does not say what they treat; hospitals without emergencies",
        "Vets, physiotherapists, midwives, alternative medicine, laboratories, blood donation",
        "Half of all practices are mapped with a name alone, so they are named as what they are: of unknown speciality",
    ),
    Decision(
        (Kind.SPECIALIST,),
        "Doctors, clinics and hospitals for one thing alone, by speciality or name: eyes, skin, children, "
        "bones, minds, "
        "laser, sexual health, fertility, looks",
        "Those who are general practitioners as well",
        "Nobody goes there first, so they answer no need for a doctor",
    ),
    Decision(
        (Kind.DENTIST,),
        "Dentists and dental clinics",
        "Those who only straighten teeth or operate on jaws, and makers of false teeth",
        "A check-up must be to be had there",
    ),
    Decision(
        (Kind.HOSPITAL,),
        "Hospitals",
        "Those without emergencies (a clinic), for one kind of illness alone (a specialist), and for animals",
        "A person means where one is taken in need",
    ),
    Decision(
        (Kind.PRIMARY_SCHOOL, Kind.SECONDARY_SCHOOL),
        "Schools by the levels, grades or ages that the map gives, else by words of their name in some twenty "
        "languages. "
        "One that teaches both (a peruskoulu, a Folkeskole, a Waldorfschule) is both",
        "Driving, dance, music, language, cooking, acting, art, sports, flight and circus schools, tutoring, adult "
        "education and evening classes; vocational schools, which count as colleges",
        "Where a child goes for years. A wrong level is worse than an unknown one",
    ),
    Decision(
        (Kind.SCHOOL,),
        "Schools whose level neither tags nor name tell",
        "Offices of schools, and school boards",
        "It may be what one looks for; the report says that its level is not known",
    ),
    Decision(
        (Kind.SPECIAL_SCHOOL,),
        "Schools for pupils with special needs",
        "Schools that also teach them",
        "They are no choice for every child, so they answer neither the need for a primary nor for a secondary school",
    ),
    Decision(
        (Kind.CHILDCARE, Kind.KINDERGARTEN),
        "Nurseries, kindergartens and schools for the youngest alone (école maternelle)",
        "Care after school, for those of 6 and more",
        "Whoever asks has a small child",
    ),
    Decision(
        (Kind.UNIVERSITY, Kind.COLLEGE),
        "Universities, colleges and vocational schools; a sixth form college is a secondary school as well",
        "Language and evening schools that call themselves so; houses of a university within its campus",
        "One is a place to study for a degree or a trade",
    ),
    Decision(
        (Kind.LIBRARY,),
        "Libraries that anybody may use, those of universities too",
        "Tool and toy libraries, book boxes, law and school libraries, private ones",
        "One wants to sit and read there, or borrow a novel",
    ),
    Decision(
        (Kind.CINEMA, Kind.THEATRE, Kind.MUSEUM),
        "Cinemas, stages and museums",
        "Lecture theatres, ancient theatres in ruins, cinemas for adults only, museum shops",
        "An evening out or an afternoon with children",
    ),
    Decision(
        (Kind.ARTS_CENTRE, Kind.COMMUNITY_CENTRE),
        "Houses where people make or show art, or meet",
        "Art dealers, galleries, antiques and dance schools that are mapped as arts centres",
        "A dealer is a shop. Because so many are mapped so, arts centres do not answer the need for culture",
    ),
    Decision(
        (Kind.FITNESS_CENTRE, Kind.SPORTS_CENTRE),
        "Gyms and halls for exercise, members' gyms too",
        "Yoga and dance studios, shooting, karting, riding and golf; a school's own hall",
        "Exercise of most kinds, near enough to go twice a week",
    ),
    Decision(
        (Kind.PITCH,),
        "Pitches and courts that are open, or a club's",
        "Those in a school's ground unless open to all, and private ones, also by name; tables for table tennis, "
        "chess and boules; horses, dogs, motors",
        "A game of football or tennis must be possible. School grounds are closed by day, and mostly in the evening",
    ),
    Decision(
        (Kind.SWIMMING_POOL,),
        "Baths, water parks, sports centres for swimming; pools with a name of their own, an operator, a fee or "
        "open access",
        "Other pools of less than 500 m² outside of a bath, private pools, paddling pools",
        "Most pools on the map lie in gardens, and those of clubs and hotels reach 500 m²",
    ),
    Decision(
        (Kind.PARK, Kind.GARDEN, Kind.NATURE_RESERVE, Kind.FOREST, Kind.BEACH),
        "Green that anybody may walk in: parks, recreation grounds, public and botanical gardens, woods and "
        "reserves with "
        "paths, beaches",
        "Gardens without name or open access, beer gardens, dog runs, car, business and caravan parks, "
        "cemeteries, golf; what is private by name, or of unknown access",
        "To rest, run or play there without paying",
    ),
    Decision(
        (Kind.PLAYGROUND,),
        "Playgrounds for all",
        "Those of a school, a kindergarten, a restaurant, a camp site or a house's residents",
        "A child is sent away from the others",
    ),
    Decision(
        (Kind.BUS_STOP, Kind.TRAM_STOP),
        "Poles, platforms and halts where a line for all stops; those of the newer scheme, which have no pole, too",
        "School buses, coaches for tourists, stops for staff or in depots",
        "A pole on each side of a road is two bus stops; halts and platforms of one tram stop are one",
    ),
    Decision(
        (Kind.RAIL_STATION, Kind.SUBWAY_STATION, Kind.FERRY_TERMINAL, Kind.CABLE_CAR_STATION),
        "Stations and landings, by what runs there, or else by the tracks beside them",
        "Miniature and museum railways, preserved stations, private landings",
        "A train for everyday journeys must call there",
    ),
    Decision(
        (Kind.CITY_CENTRE, Kind.TOWN_CENTRE, Kind.AIRPORT),
        "The middle of cities and towns as mapped; airports with a code under which flights are sold",
        "Heliports, landings of seaplanes, airfields, military airports",
        "One travels there by an ordinary ticket",
    ),
)
