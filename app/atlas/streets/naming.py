"""Names of streets as numbers, to tell which streets have the name that an address has."""

from __future__ import annotations

import unicodedata
from zlib import crc32

#: The number of a street without a name.
NAMELESS = 0


def name_number(name: str) -> int:
    """Return a number for a name, the same for all its spellings in capitals, accents, spaces and dots."""
    letters = "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name.casefold())))
    return crc32(letters.encode()) >> 1 if letters else NAMELESS
