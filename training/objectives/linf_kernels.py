"""The passes of `linf`, compiled by Numba."""

from typing import Any

import numpy as np

from scenegen.jit import compiled

_BLOCK = 256
"""Candidates whose distances stay in the nearest cache."""


@compiled
def forth(rows: Any, columns: Any, out: Any, channel: Any) -> None:
    """Distances, and k + 1 for the channel k that decides, negative where a's value is the lesser."""
    batch, many, depth = rows.shape
    for b in range(batch):
        for start in range(0, columns.shape[2], _BLOCK):
            stop = min(start + _BLOCK, columns.shape[2])
            for i in range(many):
                best, decides = out[b, i, start:stop], channel[b, i, start:stop]
                best[:] = -1
                for k in range(depth):
                    own, others, number = rows[b, i, k], columns[b, k, start:stop], np.int16(k + 1)
                    for j in range(stop - start):
                        difference = own - others[j]
                        size = abs(difference)
                        decides[j] = (number if difference > 0 else -number) if size > best[j] else decides[j]
                        best[j] = max(best[j], size)


@compiled
def scatter_gradient(grad: Any, channel: Any, of_a: Any, of_c: Any) -> None:
    """Add each pair's gradient where it belongs."""
    batch, many, candidates = grad.shape
    for b in range(batch):
        for i in range(many):
            for j in range(candidates):
                value = grad[b, i, j]
                if value != 0:
                    k = channel[b, i, j]
                    signed = value if k > 0 else -value
                    of_a[b, i, abs(k) - 1] += signed
                    of_c[b, j, abs(k) - 1] -= signed
