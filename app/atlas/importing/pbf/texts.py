"""The texts of a block, to which its elements refer by number."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray

Tags = dict[str, str]


class Texts(list[str]):
    """The texts of a block; number 0 is none."""

    def __init__(self, texts: Sequence[bytes]) -> None:
        super().__init__(["", *(text.decode("utf-8", "replace") for text in texts[1:])])
        self._numbers = dict(zip(self, range(len(self)), strict=True))
        is_twice = len(self._numbers) < len(self)
        #: Numbers of texts that are there again under a larger number.
        self._twice = [i for i, text in enumerate(self) if self._numbers[text] != i] if is_twice else []

    def are(self, wanted: Set[str]) -> NDArray[np.bool_]:
        """Tell of each whether it is one of these."""
        found = np.zeros(len(self), dtype=bool)
        found[[self._numbers[text] for text in wanted if text in self._numbers]] = True
        found[[i for i in self._twice if self[i] in wanted]] = True
        return found
