"""Codes of one bit a channel: searched by counting the bits that differ, ranked again by the descriptors themselves.

A channel gives 1 where it is positive. A descriptor of D channels is D / 8 bytes, and the distance of two is an XOR and
a population count of 64 bits at a time.
"""

from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from training.evaluation.nearest import NORM, Metric

Array = NDArray[Any]
WORD = 64
ENTRIES = 1 << 19
"""Numbers of bits that are held at once: they stay in a core's cache."""


class Near(NamedTuple):
    """The codes of a bank that differ from a query by few bits, query after query and row after row."""

    query: Array
    """(M,) int64 number of the query, ascending; each has one row at least."""
    row: Array
    """(M,) int64 row of the bank, ascending in each query."""
    bits: Array
    """(M,) uint16 bits that differ."""


def packed(descriptors: Tensor) -> Array:
    """(N, D) descriptors to (N, ceil(D / 64)) uint64, the first channel in the highest bit of the first byte."""
    signs = (descriptors > 0).cpu().numpy()
    whole = np.pad(signs, ((0, 0), (0, -signs.shape[1] % WORD)))
    return np.packbits(whole, axis=1).view(np.uint64)


def nearest_codes(queries: Array, bank: Array, slack: int = 0) -> Near:
    """The codes of `bank` (N, W) that differ from a query (Q, W) by at most `slack` bits more than the nearest."""
    words, step = np.ascontiguousarray(bank.T), max(1, ENTRIES // len(bank))
    found = [(first, *_near(queries[first : first + step], words, slack)) for first in range(0, len(queries), step)]
    query, row, bits = zip(*((first + query, row, bits) for first, query, row, bits in found), strict=True)
    return Near(np.concatenate(query), np.concatenate(row), np.concatenate(bits))


def nearest_of(queries: Tensor, bank: Tensor, found: Near, distance: Metric) -> Tensor:
    """(Q,) int64: of the rows found for each query the one whose descriptor is nearest; the lowest of equal ones."""
    query, row = torch.from_numpy(found.query), torch.from_numpy(found.row)
    gap = torch.linalg.vector_norm(bank[row] - queries[query], ord=NORM[distance], dim=1).numpy()
    order = np.lexsort((found.row, gap, found.query))
    first = np.searchsorted(found.query, np.arange(len(queries)))  # the lexsort keeps where each query begins
    return row[torch.from_numpy(order[first])]


def _near(queries: Array, words: Array, slack: int) -> tuple[Array, Array, Array]:
    """The same for as many queries as fit, the words of the bank (W, N) one after the other."""
    bits = np.zeros((len(queries), words.shape[1]), np.uint16 if len(words) > 3 else np.uint8)
    for number, word in enumerate(words):
        bits += np.bitwise_count(queries[:, number, None] ^ word)
    query, row = np.nonzero(bits <= bits.min(1, keepdims=True).astype(np.uint16) + slack)
    return query, row, bits[query, row].astype(np.uint16)
