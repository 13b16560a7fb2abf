"""From any Latin, Greek or Cyrillic letters to plain a to z, and what the ways to transliterate a name have in common.

Greek follows ELOT 743 (ευ and αυ are ef and af before a voiceless sound and at the end, else ev and av), Cyrillic the
usual English romanisation of Russian without soft signs, for all its languages: letters alone do not say which it is.
"""

from __future__ import annotations

import re
import unicodedata

_LATIN = str.maketrans(
    {"æ": "ae", "ø": "o", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h"}
    | {"ŋ": "n", "ŧ": "t", "ə": "a"}
    | dict.fromkeys("’‘`´ʼ′", "'")
    | dict.fromkeys("–—‐‑−", "-")
)
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})

_CYRILLIC = str.maketrans(
    dict(zip("абвгдезиклмнопрстуфыэѣѫіґјўёйї", "abvgdeziklmnoprstufyeeaigjueyi", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ю": "yu", "я": "ya", "є": "ye"}
    | {"ђ": "dj", "ћ": "c", "љ": "lj", "њ": "nj", "џ": "dz", "ѕ": "dz", "ѓ": "gj", "ќ": "kj", "ь": "", "ъ": "a"}
    | dict(zip("әғқңөұүһ", "agknouuh", strict=True))
)
#: The hard sign parts two letters in Russian and is a vowel in Bulgarian, where no such vowel follows.
_HARD_SIGN = re.compile("ъ(?=[еёюя])")
_CYRILLIC_LETTER = re.compile("[\u0400-\u04ff]")

_GREEK = str.maketrans(
    dict(zip("αβγδεζηικλμνξοπρστυφω", "avgdeziiklmnxoprstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}
)
_GREEK_LETTER = re.compile("[\u0370-\u03ff]")
#: An accent on the first of two vowels, or a diaeresis on the second, says that they are no pair ("Μάιος", "Αϋφαντής").
_GREEK_PAIRS = (
    (re.compile(r"\bμπ"), "b"),
    (re.compile("γ(?=[γξχ])"), "n"),
    (re.compile("ου(?!\u0308)"), "ou"),
    (re.compile("(?<=[αεη])υ\u0301?(?![\u0308\u0301])(?=[θκξπστφχψ]|\\W|$)"), "f"),
    (re.compile("(?<=[αεη])υ(?!\u0308)"), "v"),
)


def fold(text: str) -> str:
    """Return the text in lower case without accents or ligatures ("Århus, Straße" gives "arhus, strasse").

    Greek and Cyrillic become Latin letters: "Улица Ленина" gives "ulitsa lenina". Other scripts stay as they are.
    """
    text = text.casefold()
    if text.isascii():
        return text
    if _CYRILLIC_LETTER.search(text):
        text = _from_cyrillic(text)
    decomposed = unicodedata.normalize("NFKD", text).casefold()  # taking apart gives some capitals
    if _GREEK_LETTER.search(decomposed):
        decomposed = _from_greek(decomposed)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).translate(_LATIN)


def _from_cyrillic(text: str) -> str:
    """Write Cyrillic in Latin letters; a letter that is not known with its accent is read without."""
    text = _HARD_SIGN.sub("", unicodedata.normalize("NFC", text)).translate(_CYRILLIC)
    return unicodedata.normalize("NFKD", text).translate(_CYRILLIC)


def _from_greek(decomposed: str) -> str:
    for pair, latin in _GREEK_PAIRS:
        decomposed = pair.sub(latin, decomposed)
    return decomposed.translate(_GREEK)


def spelled_out(text: str) -> str:
    """Return the text with umlauts written as two letters, as people do without the keys for them."""
    return unicodedata.normalize("NFC", text.casefold()).translate(_SPELLED_OUT)


#: What the ways to write one Greek or Cyrillic letter share, in the order in which it is taken out.
_ALIKE = tuple(
    (re.compile(pattern), common)
    for pattern, common in (
        (r"[^a-z0-9 ]", ""),
        (r"[yji]e", "e"),  # Yevropeyska, Ievropeiska, Evropeiska
        (r"shch|sch|sht|stch|sh", "s"),  # Shcherbakova, Scerbakova; Bulgarian Shtastie
        (r"zh", "z"),
        (r"dz|dj|dh", "d"),
        (r"ph", "f"),
        (r"th", "t"),
        (r"(?<=[ae])[uf](?![aeiouy])", "v"),  # Eleftheriou, Eleutheriou
        (r"ng|gg|gk", "g"),  # Syngrou, Syggrou
        (r"tch|tsch|tz|ts|ch|kh|gh|ks|c|x|g", "h"),  # Chania, Xania, Hania; Hrushevskoho, Grushevskogo; Tsar, Car
        (r"\bmp", "b"),
        (r"ou", "u"),
        (r"w", "v"),
        (r"[yij]+(?=[aou])", ""),  # Ulyanova, Uljanova, Ulianova
        (r"ai", "e"),
        (r"(?:[oe]?[yij])+", "i"),  # Nevskiy, Nevsky, Nevskij
        (r"(.)\1+", r"\1"),
    )
)


def romanised_alike(text: str) -> str:
    """Return a coarse key that the usual transliterations of a Greek or Cyrillic name share; takes folded text.

    "khreshchatyk" and "hreschatik" meet, and so do "chania" and "xania". Different names may meet too: compare with it
    only what came from Greek or Cyrillic.
    """
    for pattern, common in _ALIKE:
        text = pattern.sub(common, text)
    return text
