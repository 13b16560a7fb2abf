"""Words in names of schools, in the languages of many countries; "*" lets a word go on (`words.any_of`)."""

from __future__ import annotations

#: What teaches the youngest, before school.
EARLY_WORDS = (
    *("nursery", "kindergarten*", "preschool", "pre-school", "pre school", "preparatory kindergarten", "playgroup"),
    *("maternelle*", "creche", "garderie", "jardin d'enfants", "scuola dell'infanzia", "scuola materna", "materna"),
    *("asilo", "asilo nido", "escuela infantil", "educacion infantil", "jardin de infantes", "escola bressol"),
    *("jardim de infancia", "educacao infantil", "emei", "*kindergarten", "kita", "vorschule*", "*päiväkoti*"),
    *("esikoulu*", "daghem*", "förskola*", "förskole*", "børnehave*", "barnehage*", "kleuterschool*", "peuter*"),
    *("przedszkole*", "mateřská škola*", "materská škola*", "óvoda*", "*óvoda", "grădinița*", "vrtić*", "vrtec"),
    *("lasteaed*", "*lasteaed", "νηπιαγωγείο*", "детский сад*", "anaokulu*", "ysgol feithrin"),
)

PRIMARY_WORDS = (
    # English and Welsh
    *(
        "primary",
        "elementary",
        "elementry",
        "infant",
        "infants",
        "infants'",
        "junior school",
        "junior & infant",
        "juniors",
    ),
    *("lower school", "first school", "grade school", "prep school", "k-8", "k-5", "k-6"),
    *("ysgol gynradd*", "ysgol y babanod*", "ysgol iau", "all-through", "all through"),
    # French, Italian, Spanish, Catalan, Portuguese, Romanian
    *("elementaire*", "primaire*", "ecole communale", "groupe scolaire", "primaria", "elementare", "elementari"),
    *("istituto comprensivo", "direzione didattica", "circolo didattico", "ceip", "c.e.i.p*", "colegio publico"),
    *("ensino fundamental", "escola basica", "emef", "eb1*", "eb 1*", "1º ciclo", "1o ciclo", "școala primară"),
    *("școala gimnazială",),
    # German
    *("*grundschule*", "grund- und*", "grund- u.*", "grund- /*", "*volksschule*", "*primarschule*", "waldorfschule*"),
    *("*waldorfschule", "rudolf-steiner-schule*", "rudolf steiner schule*", "primarstufe"),
    # Finnish, Swedish, Danish, Norwegian, Dutch
    *("*ala-aste*", "*alakoulu*", "*peruskoulu*", "yhtenäiskoulu*", "*normaalikoulu*", "*lågstadi*", "*mellanstadi*"),
    *("*grundskola*", "*folkeskole*", "*barneskole*", "barne- og*", "*basisschool*", "lagere school", "basisonderwijs"),
    # the East and South-East
    *("szkoła podstawowa*", "základní škola*", "základna škola*", "základná škola*", "általános iskola*"),
    *("*általános iskola*", "osnovna škola*", "osnovna šola*", "põhikool*", "*põhikool*", "pradinė*", "pamatskola*"),
    *("δημοτικό*", "δημοτικο σχολειο*", "начальная школа*", "начална*", "ilkokul*", "ilköğretim*"),
)

SECONDARY_WORDS = (
    # English and Welsh
    *("secondary", "high school", "highschool", "middle school", "junior high", "senior high", "comprehensive"),
    *("grammar school", "upper school", "sixth form", "sixth-form", "senior school"),
    *("ysgol uwchradd*", "ysgol gyfun*", "all-through", "all through", "k-8", "k-12"),
    # French, Italian, Spanish, Catalan, Portuguese, Romanian
    *("lycee", "lycees", "et collège", "collège et", "& collège", "secondaire", "cite scolaire"),
    *("cycle d'orientation", "scuola media", "scuole medie"),
    *("secondaria", "liceo", "licei", "istituto comprensivo", "istituto tecnico", "istituto superiore"),
    *("istituto professionale", "istituto di istruzione superiore", "itis", "itc", "ipsia", "secundaria", "instituto"),
    *("institut d'educacio", "institut educacio", "ies", "i.e.s*", "ensino medio", "ensino fundamental"),
    *("escola secundaria", "eb 2,3", "eb2,3", "liceul", "colegiul", "școala gimnazială", "bachillerato"),
    # German
    *("*gymnasium*", "gymnasien", "*gymnasiet", "realschule*", "*realschule*", "*hauptschule*", "*oberschule*"),
    *("*sekundarschule*", "*mittelschule*", "*gesamtschule*", "kantonsschule*", "bezirksschule*", "oberstufe*"),
    *("*stadtteilschule*", "*gemeinschaftsschule*", "*werkrealschule*", "weiterführende*", "fachoberschule*"),
    *("berufsoberschule*", "wirtschaftsschule*", "waldorfschule*", "*waldorfschule", "rudolf-steiner-schule*"),
    *("rudolf steiner schule*", "sekundarstufe", "untergymnasium", "realgymnasium"),
    # Finnish, Swedish, Danish, Norwegian, Dutch
    *("*yläaste*", "*yläkoulu*", "*peruskoulu*", "yhtenäiskoulu*", "*normaalikoulu*", "*lukio*", "*lyseo*", "lyceum"),
    *("*yhteiskoulu*", "*lyceum", "*lycéum", "*högstadi*", "*grundskola*", "*folkeskole*", "*efterskole*"),
    *("*ungdomsskole*", "barne- og ungdoms*", "*videregående*", "middelbare school", "*vmbo*", "havo", "vwo", "mavo"),
    # the East and South-East
    *("liceum*", "technikum*", "gimnazjum*", "gymnázium*", "střední škola*", "stredná škola*", "základní škola*"),
    *("základna škola*", "základná škola*", "gimnázium*", "*gimnázium*", "általános iskola*", "*általános iskola*"),
    *("osnovna škola*", "osnovna šola*", "gimnazija*", "srednja škola*", "srednja šola*", "põhikool*", "*põhikool*"),
    *("gümnaasium*", "*gümnaasium*", "pamatskola*", "vidusskola*", "progimnazija*", "γυμνάσιο*", "λύκειο*"),
    *("γενικο λυκειο*", "гимназия*", "гімназія*", "лицей*", "ліцей*", "ortaokul*", "lisesi", "anadolu lisesi"),
)

#: These tell the level only where no other word does: "College Park Elementary", "Colegio".
WEAK_SECONDARY_WORDS = ("college", "collège", "college's", "collegiate")

#: Schools for pupils with special needs.
SPECIAL_WORDS = (
    *("special education*", "special needs", "special school", "special schools", "sen school"),
    *("school for the deaf", "school for the blind", "pupil referral unit", "*förderschule*", "*förderzentrum*"),
    *("*sonderschule*", "*sonderpädagogisch*", "*heilpädagogisch*", "*sonderpädagogik*", "förderstufe*"),
    *("*gehörlosenschule*", "*blindenschule*", "*blindeninstitut*", "institut medico-educatif", "ime", "itep"),
    *("enseignement specialise", "ecole specialisee", "scuola speciale", "educacion especial", "educacio especial"),
    *("ensino especial", "apae", "*erityiskoulu*", "särskola*", "*specialskola*", "specialskole*", "spesialskole*"),
    *("speciaal onderwijs", "buitengewoon", "szkoła specjalna", "specjalny ośrodek*", "speciální škola*"),
    *("špeciálna*", "практическая школа", "коррекционная*", "ειδικό σχολείο", "ειδικο δημοτικο"),
)

#: Schools of a trade for young adults: a college rather than the secondary school that a family looks for.
VOCATIONAL_WORDS = (
    *("*berufsschule*", "berufliche schule*", "*berufskolleg*", "*fachschule*", "*fachakademie*", "*meisterschule*"),
    *("*berufsfachschule*", "centre de formation d'apprentis", "cfa", "ammattiopisto*", "*ammattikoulu*"),
    *("*ammattiopisto*", "yrkesskola*", "yrkesinstitut*", "szkoła zawodowa*", "střední odborné učiliště*"),
    *(
        "vocational",
        "technical college",
        "institute of technology",
        "*designschule*",
        "modeschule*",
        "formation professionnelle",
        "formacion profesional",
        "trade school",
    ),
    *("school of nursing", "nursing school", "*pflegeschule*", "*krankenpflege*", "hotelfachschule*"),
    *("business school",),
    *("medical school", "law school", "ecole superieure", "haute ecole", "hochschule*", "*hochschule", "polytechnic"),
)

#: What calls itself a school, or is mapped as one, and teaches no children's school.
NONE_WORDS = (
    # driving and flying
    *("driving", "driver", "drivers", "driver's", "driving school", "motoring school", "flight school"),
    *("flying school",),
    *("*fahrschule*", "*flugschule*", "auto-ecole", "auto ecole", "autoecole", "ecole de conduite", "autoscuola"),
    *("autoscuole", "scuola guida", "autoescuela", "auto escuela", "autoescola", "auto escola", "escola de conducao"),
    *("autokoulu*", "*autokoulu", "trafikskola*", "körskola*", "*trafikskola", "køreskole*", "*køreskole"),
    *("kjøreskole*", "trafikkskole*", "*trafikkskole", "rijschool*", "*rijschool", "szkoła jazdy", "*autoškola*"),
    *("osk", "ośrodek szkolenia kierowców", "autósiskola*", "școala de șoferi", "școală de șoferi", "σχολή οδηγών"),
    *("автошкола*", "автошкола", "sürücü kursu*", "auto moto škola", "autokool*", "*autokool"),
    # dance, music, theatre, art, circus
    *("dance school", "school of dance", "dancing school", "dance academy", "dance studio", "dance centre", "ballet*"),
    *("music school", "school of music", "academy of music", "school of performing arts", "stage school"),
    *("acting school", "school of acting", "drama school", "theatre school", "film school", "circus school"),
    *("school of circus*", "art school", "school of art", "school of arts", "arts school", "conservatory*"),
    *("*conservatoire*", "*tanzschule*", "*musikschule*", "*ballettschule*", "*schauspielschule*", "*kunstschule*"),
    *("*malschule*", "*zirkusschule*", "*singschule*", "*filmschule*", "*musikinstitut*", "*konservatorium*"),
    *("ecole de danse", "ecole de musique", "ecole de theatre", "ecole de cirque", "ecole d'art*", "ecole de dessin"),
    *("ecole de ballet", "academie de musique", "academie de danse", "academie princesse grace", "cours florent"),
    *("ecole des beaux-arts", "beaux arts", "ecole municipale d'arts", "scuola di musica", "scuola di danza"),
    *("scuola di ballo", "scuola di teatro", "scuola di recitazione", "scuola d'arte", "scuola di arte"),
    *("scuola civica*",),
    *("scuola musicale", "conservatorio*", "accademia di danza", "accademia musicale", "scuola di circo"),
    *("escuela de musica", "escuela de danza", "escuela de baile", "escuela de teatro", "escuela de arte*"),
    *("escuela de circo", "escuela municipal de musica", "escola de musica", "escola de danca", "escola de dansa"),
    *("escola de teatro", "escola de samba", "escola d'art*", "escola de arte*", "conservatori", "escola de artes"),
    *("*musiikkiopisto*", "*musiikkikoulu*", "*tanssikoulu*", "*tanssiopisto*", "*balettikoulu*", "*taidekoulu*"),
    *("*kuvataidekoulu*", "*sirkuskoulu*", "*teatterikoulu*", "*taidelukio-opisto*", "*musikskola*", "*kulturskola*"),
    *("*dansskola*", "*balettskola*", "*konstskola*", "*bildkonstskola*", "*cirkusskola*", "*musikinstitut*"),
    *("*musikskole*", "*danseskole*", "*musikkskole*", "*kulturskole*", "*muziekschool*", "*dansschool*"),
    *("balletschool*", "kunstacademie*", "szkoła muzyczna*", "szkoła tańca*", "ognisko muzyczne", "szkoła baletowa*"),
    *("základní umělecká škola*", "zuš", "základná umelecká škola*", "taneční škola*", "hudební škola*"),
    *("zeneiskola*", "*zeneiskola*", "táncművészeti*", "școala de muzică*", "școala de dans*", "glazbena škola*"),
    *("glasbena šola*", "muusikakool*", "*muusikakool*", "ωδείο*", "σχολή χορού*", "музыкальная школа*"),
    *("школа танцев*", "художественная школа*", "школа искусств*", "müzik okulu*", "dans okulu*"),
    # languages, tutoring, courses
    *("language school", "school of languages", "school of english", "english school of languages", "language centre"),
    *("language center", "languages international", "english language*", "esl", "berlitz", "inlingua", "kumon"),
    *("sylvan learning*", "mathnasium", "huntington learning*", "tutoring", "tutors", "tutorial centre", "tuition*"),
    *("learning center", "test prep*", "*sprachschule*", "*sprachenschule*", "*sprachenzentrum*", "nachhilfe*"),
    *("*nachhilfe*", "schülerhilfe", "studienkreis", "ecole de langues*", "ecole de langue*", "soutien scolaire"),
    *("scuola di lingue", "scuola di lingua*", "wall street english", "british school of english", "ripetizioni"),
    *("escuela de idiomas", "escuela oficial de idiomas", "academia de ingles", "academia de idiomas", "eoi"),
    *("escola de idiomas", "escola de linguas", "escola oficial d'idiomes", "explicacoes", "*kielikoulu*"),
    *("språkskola*", "*språkskola", "sprogskole*", "*sprogcenter*", "språkskole*", "taalschool*", "taleninstituut*"),
    *("szkoła językowa*", "szkoła języków*", "jazyková škola*", "nyelviskola*", "*nyelviskola"),
    *("škola stranih jezika*",),
    *("φροντιστήριο*", "κέντρο ξένων γλωσσών*", "ξένων γλωσσών", "языковая школа*", "школа иностранных*"),
    *("dil kursu*", "dershane*", "dersanesi"),
    # cooking, beauty and other trades that one pays for
    *("cooking school", "cookery school", "culinary*", "school of cooking", "*kochschule*", "ecole de cuisine"),
    *("scuola di cucina", "escuela de cocina", "escola de cozinha", "matlagningsskola*", "beauty school"),
    *("beauty college", "hairdressing*", "school of hair*", "barber school", "*kosmetikschule*", "ecole de coiffure"),
    *("ecole d'esthetique", "massage school", "school of massage", "bartending*", "bartender school"),
    *("modelling school", "fashion school", "school of fashion", "escuela de peluqueria"),
    # sport and outdoors
    *("ski school", "surf school", "sailing school", "riding school", "swim school", "swimming school", "golf school"),
    *("school of karate", "karate*", "taekwondo*", "tae kwon do", "kung fu", "judo", "martial arts", "yoga*"),
    *("tennis school", "football school", "dive school", "diving school", "*skischule*", "*segelschule*"),
    *("*reitschule*", "*schwimmschule*", "*surfschule*", "*tauchschule*", "*kampfsportschule*", "*kampfkunstschule*"),
    *("*hundeschule*", "dog school", "dog training", "puppy school", "*yogaschule*", "*tennisschule*", "*sportschule*"),
    *("ecole de ski", "ecole de voile", "ecole d'equitation", "ecole de surf", "ecole de tennis", "ecole de natation"),
    *("scuola sci", "scuola di sci", "scuola di vela", "scuola calcio", "scuola nuoto", "scuola di equitazione"),
    *("escuela de esqui", "escuela de surf", "escuela de vela", "escuela de equitacion", "escuela de futbol"),
    *("escola de vela", "escola de surf", "escola de natacao", "*ratsastuskoulu*", "*hiihtokoulu*", "*uimakoulu*"),
    *("*ridskola*", "*simskola*", "*skidskola*", "*rideskole*", "*skiskole*", "manege*", "zwemschool*"),
    *("szkoła narciarska*", "детско-юношеская спортивная*", "спортивная школа*", "спортивна школа*"),
    # adults, evenings, Sundays
    *("adult education", "adult learning", "adult school", "evening school", "night school", "evening classes"),
    *("sunday school", "summer school", "bible school", "continuing education", "community learning centre"),
    *("*volkshochschule*", "vhs", "*abendschule*", "abendgymnasium*", "abendrealschule*", "erwachsenenbildung*"),
    *("*sonntagsschule*", "cours du soir", "universite populaire", "education des adultes", "formation pour adultes"),
    *("scuola serale", "educazione degli adulti", "universita popolare", "cpia", "universita della terza eta"),
    *("educacion de adultos", "educacion de personas adultas", "centro de adultos", "escuela de adultos", "cepa"),
    *("escola d'adults", "educacao de adultos", "*kansanopisto*", "*työväenopisto*", "*kansalaisopisto*"),
    *("aikuislukio*", "*aikuislukio*", "*aikuisopisto*", "*kesäyliopisto*", "*folkhögskola*", "*vuxen*", "komvux"),
    *("*medborgarinstitut*", "*arbetarinstitut*", "*medborgarskola*", "*folkehøjskole*", "*aftenskole*", "vuc"),
    *("*folkehøgskole*", "*voksenopplæring*", "volksuniversiteit*", "avondschool*", "centrum voor volwassenen*"),
    *("*bildungszentrum*", "*bildungswerk*", "school board", "school district", "board of education"),
    *("szkoła dla dorosłych", "dla dorosłych", "вечерняя школа*", "halk eğitim*", "esti iskola*"),
)
