"""Words in names of practices and clinics, in many languages; "*" lets a word go on (`words.any_of`)."""

from __future__ import annotations

#: A general practice: whom one goes to first with any complaint.
GENERAL_WORDS = (
    *("gp", "gps", "surgery", "general practice", "general practitioner", "general practitioners", "medical centre"),
    *(
        "medical center",
        "medical practice",
        "medical clinic",
        "health centre",
        "health center",
        "health practice",
        "group practice",
    ),
    *("family practice", "family medicine", "family doctor", "family doctors", "family physician*", "family health"),
    *("primary care", "primary health*", "walk-in clinic", "walk in clinic", "walk-in medical*", "doctors' surgery"),
    *("meddygfa", "canolfan iechyd", "canolfan feddygol", "hausarzt*", "hausärzt*", "*allgemeinmedizin*"),
    *("*allgemeinarzt*", "*allgemeinärzt*", "praktischer arzt", "praktische ärztin", "prakt. arzt", "familienmedizin"),
    *("medecin generaliste", "medecins generalistes", "medecine generale", "generaliste", "maison de sante"),
    *("maison medicale", "pole de sante", "centre de sante", "cabinet medical", "medico di base", "medicina generale"),
    *("medico di famiglia", "medici di famiglia", "casa della salute", "casa della comunita", "centro de salud"),
    *("medico de familia", "medicina general", "medicina familiar", "consultorio medico", "centro de saude"),
    *("unidade de saude*", "posto de saude", "usf", "ubs", "clinica geral", "medico de familia", "cap"),
    *("centre d'atencio primaria", "centre de salut", "consultori local", "*terveysasema*", "*terveyskeskus*"),
    *("*lääkäriasema*", "*lääkärikeskus*"),
    *("omalääkäri*", "yleislääkäri*", "*vårdcentral*", "hälsovårdscentral*", "hälsostation*", "*hälsocentral*"),
    *("husläkar*", "allmänläkar*", "familjeläkar*", "*lægehus*", "*lægerne*", "almen praksis", "praktiserende læge*"),
    *("*legesenter*", "*legekontor*", "fastlege*", "allmennlege*", "*huisarts*", "*gezondheidscentrum*"),
    *("lekarz rodzinny", "lekarza rodzinnego", "przychodnia*", "poz", "praktický lékař*", "všeobecný lekár*"),
    *("háziorvos*", "*háziorvosi*", "medic de familie", "medicina de familie", "κέντρο υγείας*", "γενικός ιατρός"),
    *("поликлиника*", "поліклініка*", "терапевт*", "амбулатория*", "амбулаторія*", "aile sağlığı*", "sağlık ocağı*"),
    *("dom zdravlja", "obiteljska medicina", "obiteljske medicine", "zdravstveni dom", "perearst*", "ģimenes ārst*"),
    *("šeimos gydytoj*", "šeimos klinika"),
)

#: Beside "centre", "clinic" or "surgery" these say that it is for one thing alone.
SPECIALIST_WORDS = (
    # skin, looks
    *("laser*", "skin", "dermat*", "*hautarzt*", "*hautärzt*", "hautzentrum", "cosmetic*", "aesthetic*", "esthetic*"),
    *("ästhet*", "esthétique*", "estetic*", "plastic*", "plastische*", "botox", "hair", "haar*", "vein", "veins"),
    *("venen*", "phlebolog*", "slimming", "weight*", "weight loss", "bariatric*", "medispa", "medi spa", "med spa"),
    # eyes, ears, teeth and jaws
    *("eye", "eyes", "eyecare", "ophthalm*", "ophtalm*", "oftalm*", "ocul*", "*augen*", "optic*", "optom*", "vision"),
    *("lasik", "silmä*", "ögon*", "øjen*", "oog*", "ent", "otolaryng*", "oto-rhino*", "otorrino*", "orl", "hno*"),
    *("hearing", "ear", "korva*", "orthodont*", "ortodon*", "kieferorthop*", "kieferchirurg*", "oral surgery"),
    *("oral surgeon*", "maxillo*", "mund-*", "endodont*", "periodont*", "oralchirurg*", "implantolog*"),
    # children, women, men
    *("paediatr*", "pediatr*", "pédiatr*", "*kinderarzt*", "*kinderärzt*", "children's", "*kinder- und*"),
    *("gynaec*", "gynec*", "gynäk*", "gynéc*", "ginec*", "gynek*", "*frauenarzt*", "*frauenärzt*", "obstet*"),
    *("women's", "womens", "well woman", "sexual health", "gum clinic", "sti clinic", "std clinic", "family planning"),
    *("planned parenthood", "planning familial", "planificacion familiar", "abortion", "fertil*", "*kinderwunsch*"),
    *(
        "ivf",
        "pma",
        "reproduktion*",
        "reproduct*",
        "maternity",
        "prenatal",
        "birth",
        "urolog*",
        "men's",
        "androlog*",
        "hiv",
        "aids",
    ),
    # bones and inner organs
    *("orthop*", "ortop*", "sports medicine", "sportmedizin*", "*sportklinik*", "spine", "spinal", "hand surgery"),
    *("back pain", "pain", "*schmerz*", "cardio*", "kardio*", "*herz*", "neuro*", "pneumo*", "respirat*"),
    *("lungen*", "gastro*", "endoscop*", "endoskop*", "proctolog*", "proktolog*", "nephro*", "dialy*", "renal"),
    *("diabet*", "endocrin*", "endokrin*", "rheuma*", "reumat*", "allerg*", "immun*", "haemat*", "hemat*", "oncolog*"),
    *("onkolog*", "cancer", "tumor*", "chirurg*", "*chirurgie*", "surgeon", "surgeons", "day surgery", "surgical"),
    *("surgery center", "surgery centre", "cirug*", "internist*", "innere medizin*", "anesth*", "anästhes*"),
    # mind
    *("psych*", "psykiat*", "psiqu*", "psicol*", "mental health", "salud mental", "counsel*", "addict*"),
    *("methadone", "suboxone", "recovery", "rehab*", "*reha*zentrum*", "detox*", "drug", "drugs", "alcohol", "memory"),
    *("autism*", "sleep", "schlaf*"),
    # machines, journeys, work
    *("radiolog*", "*röntgen*", "imaging", "x-ray", "xray", "mri", "mrt", "ultrasound", "diagnostic*", "mammogra*"),
    *("nuklearmed*", "scanner", "imagerie", "travel*", "tropen*", "tropical*", "vaccin*", "*impfzentrum*", "covid*"),
    *("test centre", "testzentrum", "occupational*", "arbeitsmedizin*", "medecine du travail", "työterveys*"),
    *("företagshälso*", "hyperbaric*", "wound", "genetic*", "palliati*", "hospice", "podolog*"),
)

#: What treats people without being a doctor, and what treats animals.
NO_DOCTOR_WORDS = (
    *("chiropract*", "chiropratic*", "chiroprakt*", "kiroprakt*", "acupunct*", "acupunt*", "agopunt*", "akupunkt*"),
    *("osteopath*", "osteopat*", "ostéo*", "naturopath*", "naturop*", "naturheil*", "naturheilpraxis"),
    *("*heilpraktiker*",),
    *("homeopath*", "homeop*", "homöop*", "omeop*", "herbal*", "herbs", "ayurved*", "reiki", "holistic", "massage*"),
    *(
        "massag*",
        "physio*",
        "physthrpy*",
        "*physiotherap*",
        "fysio*",
        "fisio*",
        "kine",
        "kinesi*",
        "kinési*",
        "krankengymnastik*",
    ),
    *("ergotherap*", "logop*", "*hebamme*", "*hebammen*", "sage-femme", "sages-femmes", "midwi*", "podiat*"),
    *("chiropod*", "foot", "podolog*", "pedicure", "*fußpflege*", "dietit*", "nutrition*", "ernährungs*"),
    *("blood donor*",),
    *("blood donation", "blutspende*", "plasma", "donneurs de sang", "labor", "laborator*"),
    *("*laboratorio*", "laboratorium*", "marijuana", "cannabis", "vet", "vets", "vet's", "veterin*", "vétérin*"),
    *("tierarzt*",),
    *("*tierarzt*", "*tierärzt*", "*tierklinik*", "*kleintier*", "animal", "pet", "pets", "clinique veterinaire"),
    *("*eläinlääk*", "*eläinklin*", "djurklinik*", "djursjukhus*", "dyreklinik*", "dyrlæge*", "dyrehospital*"),
    *("dierenarts*", "dierenkliniek*", "weterynar*", "veteriná*", "állatorvos*", "κτηνίατρος", "ветеринар*"),
    *("tattoo*", "solarium", "day spa"),
)

DENTAL_WORDS = (
    *("dental", "dentist*", "dentist's", "dentaire", "dentiste*", "zahnarzt*", "*zahnarzt*", "*zahnärzt*"),
    *("zahnklinik*",),
    *("*zahnklinik*", "zahnzentrum*", "zahnmedizin*", "dentista", "odontoiatr*", "odontolog*", "odontó*"),
    *("studio dentistico",),
    *("*hammaslääk*", "*hammasklin*", "hammas*", "tandläkar*", "tandvård*", "folktandvård*", "tandlæge*", "tannlege*"),
    *("tandarts*", "stomatolog*", "dentyst*", "zubní*", "zubař*", "zubn*", "fogorvos*", "fogászat*", "οδοντίατρος*"),
    *("οδοντιατρ*", "стоматолог*", "diş", "zobozdrav*", "hambaravi*", "zobārst*", "odontolog*"),
)

#: A hospital of one kind of illness, without the emergencies and wards that people mean by the word.
ONE_KIND_OF_HOSPITAL = (
    *("psychiatr*", "*psychiatrie*", "mental health", "mental", "eye", "ophthalm*", "*augenklinik*", "rehab*"),
    *("rehabilitation*", "*rehaklinik*", "*reha-klinik*", "*fachklinik*", "hospice", "hospiz*", "nursing home"),
    *("convalescent", "addiction", "recovery", "cosmetic", "plastic surgery", "laser", "fertility", "*kinderwunsch*"),
    *("orthopaedic", "orthopedic", "*venenklinik*", "*schönheitsklinik*", "psykiatri*", "psykiatrisk*", "day clinic"),
    *("*tagesklinik*", "maternity", "cardio*", "*herzzentrum*", "gerontolog*", "geriatr*", "gériatr*"),
)
