"""A reload without a gap: processes that are to be replaced go on until one of the new ones is ready."""

from __future__ import annotations

import mmap
import struct

_AGE = struct.Struct("Q")


class Handover:
    """What gunicorn's processes tell each other of a reload, in a page of memory that they share from the fork on.

    Gunicorn counts the processes that it starts; a higher age is a younger process.
    """

    def __init__(self) -> None:
        self._page = mmap.mmap(-1, mmap.PAGESIZE)

    def replace(self, oldest_to_stay: int) -> None:
        """Note that all processes below an age are to be replaced."""
        _AGE.pack_into(self._page, 0, oldest_to_stay)

    def ready(self, age: int) -> None:
        """Note that a process of this age serves now."""
        _AGE.pack_into(self._page, _AGE.size, age)

    def awaited_by(self, age: int) -> bool:
        """Return whether a process of this age is replaced, and none of those after it serves yet."""
        oldest_to_stay: int = _AGE.unpack_from(self._page, 0)[0]
        youngest_ready: int = _AGE.unpack_from(self._page, _AGE.size)[0]
        return age < oldest_to_stay and youngest_ready < oldest_to_stay


#: Made in gunicorn's main process, before it forks.
HANDOVER = Handover()
