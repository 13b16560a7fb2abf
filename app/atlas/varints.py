"""Whole numbers in as many bytes as they need, seven bits in each (varints), many at a time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: Longer ones do not fit in 64 bits.
LONGEST = 10


def unpacked(fields: Sequence[bytes]) -> tuple[Ints, Ints]:
    """Return the numbers of many packed fields, and how many of them are in each field. Raises ValueError."""
    data = np.frombuffer(b"".join(fields), dtype=np.uint8)
    last = np.flatnonzero(data < 128)
    field_ends = np.cumsum(list(map(len, fields)), dtype=np.int64)
    counts = np.diff(np.searchsorted(last, field_ends), prepend=0)
    first = np.concatenate(([0], last[:-1] + 1)) if len(last) else last
    lengths = last - first + 1
    longest = int(lengths.max(initial=0))
    if (len(data) and data[-1] >= 128) or longest > LONGEST:
        raise ValueError("not a packed field")
    values = (data[first] & 127).astype(np.int64)
    for byte in range(1, longest):
        rows = np.flatnonzero(lengths > byte)
        values[rows] |= (data[first[rows] + byte] & 127).astype(np.int64) << (7 * byte)
    return values, counts


def packed(values: Ints) -> tuple[NDArray[np.uint8], Ints]:
    """Return numbers of 0 and more as bytes, and how many bytes each takes."""
    lengths = np.ones(len(values), dtype=np.int64)
    for byte in range(1, LONGEST - 1):
        lengths += values >= 1 << (7 * byte)
    starts = np.cumsum(lengths) - lengths
    data = np.zeros(int(lengths.sum()), dtype=np.uint8)
    for byte in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(lengths > byte)
        goes_on = (lengths[rows] > byte + 1).astype(np.int64) << 7
        data[starts[rows] + byte] = ((values[rows] >> (7 * byte)) & 127) | goes_on
    return data, lengths


def signed(values: Ints) -> Ints:
    """Return numbers of either sign, which are written as 0, -1, 1, -2, 2, ..."""
    return (values >> 1) ^ -(values & 1)


def folded(values: Ints) -> Ints:
    """Return what `signed` takes for these numbers."""
    return (values << 1) ^ (values >> 63)
