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

    def are(self, wanted: Set[str]) -> NDArray[np.bool_]:
        """Tell of each whether it is one of these."""
        if len(self._numbers) < len(self):  # some text is there twice
            return np.array([text in wanted for text in self], dtype=bool)
        found = np.zeros(len(self), dtype=bool)
        found[[self._numbers[text] for text in wanted if text in self._numbers]] = True
        return found
