"""Exact nearest neighbours of descriptors, in bounded memory.

The distance of two descriptors is the true one (l2, l1 or max norm of the difference of their float32 values),
rounded once to float32; equal distances are a tie and the lowest index wins. A fast pass finds each distance up
to a proven bound (for l2 by a matrix product), and whatever the bound cannot decide is evaluated again in
float64. The answers therefore do not depend on the matrix product's precision mode, its library or the chunks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, NamedTuple, cast

import torch
from torch import Tensor

from training.errors import DivergenceError
from training.settings import Distance

Metric = Literal["l2", "l1", "linf"]
"""A norm of the difference."""
ENTRIES = 1 << 23
"""Default size of the largest intermediate matrix, in entries (32 MiB of float32)."""
_EPS = 2.0**-24
"""Unit roundoff of float32."""
_MANY = 64
"""Undecided entries per query from which on equal descriptors are looked for."""
NORM: dict[Metric, float] = {"l2": 2.0, "l1": 1.0, "linf": float("inf")}
"""The p of each."""


def comparable(features: Tensor, distance: Distance) -> tuple[Tensor, Metric]:
    """Descriptors (D, ...) float32 as they are to be searched, and the norm.

    For cosine both at length 1, by l2; for hamming 1 where a channel is positive and 0 elsewhere, by l1.
    """
    if distance == "cosine":
        return torch.nn.functional.normalize(features, dim=0), "l2"
    if distance == "hamming":
        return (features > 0).to(features.dtype), "l1"
    return features, cast(Metric, distance)


def as_rows(features: Tensor) -> Tensor:
    """The descriptors of a map (D, H, W), one pixel after the other: (H W, D)."""
    return features.flatten(1).T.contiguous()


def as_pixels(index: Tensor, width: int) -> Tensor:
    """(Q,) rows of a map of that width to (Q, 2) pixels (x, y)."""
    return torch.stack([index % width, index // width], dim=1)


def grid_pixels(features: Tensor, step: int) -> Tensor:
    """(Q, 2) int64 pixels (x, y) every `step` pixels, centred in the map (D, H, W)."""
    ys, xs = (torch.arange((side - 1) % step // 2, side, step, device=features.device) for side in features.shape[1:])
    return torch.cartesian_prod(ys, xs).flip(1)


def nearest_pixels(features0: Tensor, features1: Tensor, xy0: Tensor, distance: Distance) -> Tensor:
    """(Q, 2) int64 pixels of a map (D, H', W') whose descriptors are nearest to those at `xy0` (Q, 2) of another."""
    (first, norm), (second, _) = (comparable(features.float(), distance) for features in (features0, features1))
    x, y = xy0.long().unbind(1)
    index, _ = nearest(first[:, y, x].T.contiguous(), as_rows(second), norm)
    return as_pixels(index, features1.shape[2])


class Ranks(NamedTuple):
    """How many pixels beat or tie with the true match."""

    closer: Tensor
    """(Q,) int64 rows of the bank strictly closer than the true match."""
    equal: Tensor
    """(Q,) int64 rows at exactly its distance, the true match itself among them when it is in the bank."""


@torch.no_grad()
def nearest(queries: Tensor, bank: Tensor, distance: Metric = "l2", entries: int = ENTRIES) -> tuple[Tensor, Tensor]:
    """Row of the bank nearest to each query, and its distance: (Q,) int64 and (Q,) float32.

    `queries` is (Q, D) and `bank` (N, D) float32 on one device, N >= 1. `entries` bounds the intermediate matrices.
    """
    _check(queries, bank)
    best = queries.new_full((len(queries),), torch.inf)
    index = torch.zeros(len(queries), dtype=torch.int64, device=queries.device)
    for q, n, rough, error in _rough(queries, bank, distance, entries):
        undecided = ~(rough > rough.amin(1, keepdim=True) + 2 * error)
        value, where = _first_minimum(queries[q], bank[n], undecided, distance, entries)
        better = value < best[q]
        best[q] = torch.where(better, value, best[q])
        index[q] = torch.where(better, where + (n.start or 0), index[q])
    return index, best


@torch.no_grad()
def ranks(
    queries: Tensor, bank: Tensor, true_distance: Tensor, distance: Metric = "l2", entries: int = ENTRIES
) -> Ranks:
    """Rows of the bank closer to each query than its true match, and rows that tie with it.

    `true_distance` is (Q,) float32 as `pairwise` gives it.
    """
    _check(queries, bank)
    counts = Ranks(*torch.zeros(2, len(queries), dtype=torch.int64, device=queries.device))
    limit = true_distance.double()[:, None]
    for q, n, rough, error in _rough(queries, bank, distance, entries):
        # A distance is rounded to float32 before it is compared: two roundoffs of slack around the limit.
        low, high = _scaled(limit[q] * (1 - 4 * _EPS), distance), _scaled(limit[q] * (1 + 4 * _EPS), distance)
        counts.closer[q] += (rough < low - error).sum(1)
        undecided = ~((rough < low - error) | (rough > high + error))
        for rows, _, values in _exact(queries[q], bank[n], undecided, distance, entries):
            target = true_distance[q][rows]
            counts.closer[q] += torch.bincount(rows[values < target], minlength=len(rough))
            counts.equal[q] += torch.bincount(rows[values == target], minlength=len(rough))
    return counts


@torch.no_grad()
def mutual(
    queries: Tensor, bank0: Tensor, bank1: Tensor, distance: Metric = "l2", entries: int = ENTRIES
) -> tuple[Tensor, Tensor, Tensor]:
    """There and back: the row of `bank1` nearest to each query, its distance, and the row of `bank0` nearest to that.

    (Q,) int64, (Q,) float32, (Q,) int64. A query that is row i of `bank0` has a mutual neighbour when i comes back.
    """
    there, value = nearest(queries, bank1, distance, entries)
    found, inverse = there.unique(return_inverse=True)
    back, _ = nearest(bank1[found], bank0, distance, entries)
    return there, value, back[inverse]


def pairwise(a: Tensor, b: Tensor, distance: Metric = "l2") -> Tensor:
    """(M,) float32 distances of the rows of two (M, D) float32 tensors."""
    difference = a.double() - b.double()
    return torch.linalg.vector_norm(difference, ord=NORM[distance], dim=-1).float()


def _rough(
    queries: Tensor, bank: Tensor, distance: Metric, entries: int
) -> Iterator[tuple[slice, slice, Tensor, Tensor]]:
    """Blocks of the distance matrix (l2: squared), float32, with a bound (q, 1) on the error of their entries."""
    rows = max(1, min(len(queries), 1024, entries))
    columns = max(1, min(len(bank), entries // rows))
    centre = bank.mean(0)
    for first in range(0, len(queries), rows):
        q = slice(first, first + rows)
        for start in range(0, len(bank), columns):
            n = slice(start, start + columns)
            yield q, n, *_block(queries[q], bank[n], centre, distance)


def _block(q: Tensor, b: Tensor, centre: Tensor, distance: Metric) -> tuple[Tensor, Tensor]:
    """One block (q, n) of distances (l2: squared) and a bound (q, 1) on their error."""
    with _full_precision(q.device):
        block, error = _squared(q - centre, b - centre) if distance == "l2" else _direct(q, b, NORM[distance])
    return block, error + torch.finfo(torch.float32).tiny


def _squared(q: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """|q - b|² by a matrix product. Its error, the centring's included, is below (D + 8) roundoffs of (|q| + |b|)²."""
    q2, b2 = q.square().sum(1, keepdim=True), b.square().sum(1)
    error = (q.shape[1] + 8) * _EPS * (q2.sqrt() + b2.max().sqrt()).square()
    return torch.addmm(b2 + q2, q, b.T, alpha=-2), 2 * error


def _direct(q: Tensor, b: Tensor, p: float) -> tuple[Tensor, Tensor]:
    """l1 or max norm of the differences. The sum's error is below D + 2 roundoffs of the largest distance."""
    block = torch.cdist(q, b, p=p)
    return block, (q.shape[1] + 2) * _EPS * block.amax(1, keepdim=True)


def _scaled(values: Tensor, distance: Metric) -> Tensor:
    """Distances in the unit of `_rough`."""
    return values.square() if distance == "l2" else values


def _first_minimum(q: Tensor, b: Tensor, undecided: Tensor, distance: Metric, entries: int) -> tuple[Tensor, Tensor]:
    """Least exact distance of each row's undecided entries, and the lowest column that has it."""
    value = q.new_full((len(q),), torch.inf)
    where = torch.full((len(q),), len(b), dtype=torch.int64, device=q.device)
    for rows, columns, values in _exact(q, b, undecided, distance, entries):
        least = value.scatter_reduce(0, rows, values, "amin")
        where = torch.where(least < value, len(b), where)
        ties = values == least[rows]
        where.scatter_reduce_(0, rows[ties], columns[ties], "amin")
        value = least
    return value, where


def _exact(
    q: Tensor, b: Tensor, chosen: Tensor, distance: Metric, entries: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """Exact distances of the chosen entries: (row, column, distance), in bounded pieces."""
    size = max(1, entries // (4 * q.shape[1]))
    pairs = chosen.nonzero()
    if len(pairs) > _MANY * len(q):
        yield from _exact_of_distinct(q, b, pairs, distance, size)
        return
    for rows, columns in _pieces(pairs, size):
        yield rows, columns, pairwise(q[rows], b[columns], distance)


def _exact_of_distinct(
    q: Tensor, b: Tensor, pairs: Tensor, distance: Metric, size: int
) -> Iterator[tuple[Tensor, Tensor, Tensor]]:
    """The same when very many are undecided, as in a collapsed network: equal descriptors are evaluated once."""
    distinct, group = b.unique(dim=0, return_inverse=True)
    wanted = torch.zeros(len(q), len(distinct), dtype=torch.bool, device=q.device)
    wanted[pairs[:, 0], group[pairs[:, 1]]] = True
    table = q.new_zeros(wanted.shape)
    for rows, columns in _pieces(wanted.nonzero(), size):
        table[rows, columns] = pairwise(q[rows], distinct[columns], distance)
    for rows, columns in _pieces(pairs, size):
        yield rows, columns, table[rows, group[columns]]


def _pieces(pairs: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Rows and columns of a list (M, 2) of entries, at most `size` at a time."""
    for piece in pairs.split(size):
        yield piece[:, 0], piece[:, 1]


@contextmanager
def _full_precision(device: torch.device) -> Iterator[None]:
    """No TF32, bfloat16 or autocast inside, whatever the program has chosen for its network."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        with torch.autocast(device.type, enabled=False):
            yield
    finally:
        torch.set_float32_matmul_precision(before)


def _check(queries: Tensor, bank: Tensor) -> None:
    """Only finite float32 can be compared; DivergenceError for NaN, which is what a diverged network gives."""
    if queries.dtype != torch.float32 or bank.dtype != torch.float32:
        raise TypeError(f"descriptors are {queries.dtype} and {bank.dtype}, not float32")
    if not len(bank):
        raise ValueError("the bank holds no descriptor")
    if not (queries.isfinite().all() and bank.isfinite().all()):
        advice = "the network has diverged, choose an earlier checkpoint"
        raise DivergenceError(f"descriptors hold NaN or infinity: {advice}")
