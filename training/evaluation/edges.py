"""The paper's second claim as numbers: channels that change sign at depth edges, edges read from a pixel.

A prediction counts as right within a tolerance of 0.0075 of the picture's diagonal (2 px at 192 x 144), and
neighbourhoods of that radius stand for "across" an edge. Wide predictions are not thinned, so the F of calling
every pixel an edge is given beside each F.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import max_pool2d

Array = NDArray[Any]
JUMP = 0.05
"""Relative jump of the depth between neighbours that makes an edge."""
TOLERANCE = 0.0075
"""Tolerance as a share of the picture's diagonal."""
THRESHOLDS = np.linspace(0.02, 0.98, 49)
"""Probabilities at which the edge map is cut; the fixed one is the middle, 0.5."""
FIXED = len(THRESHOLDS) // 2
"""Row of THRESHOLDS that is 0.5."""


def depth_edges(depth: Array, jump: float = JUMP) -> NDArray[np.bool_]:
    """(H, W) bool: pixels whose depth (H, W) in metres jumps up to one of their 4 neighbours.

    The nearer pixel of a pair is the edge, where the farther one is more than `jump` (relative) behind it;
    where nothing is hit (0) is infinitely far.
    """
    far = np.where(depth > 0, depth, np.inf)
    limit = np.where(depth > 0, depth * (1 + jump), np.inf)
    edge = np.zeros(depth.shape, bool)
    edge[:, :-1] |= far[:, 1:] > limit[:, :-1]
    edge[:, 1:] |= far[:, :-1] > limit[:, 1:]
    edge[:-1] |= far[1:] > limit[:-1]
    edge[1:] |= far[:-1] > limit[1:]
    return edge


def tolerance_px(shape: tuple[int, ...]) -> int:
    """Radius of the tolerance of a picture (H, W), at least 1 px."""
    return max(1, round(TOLERANCE * float(math.hypot(*shape))))


def dilated(mask: Array, radius: int) -> Array:
    """Largest value of (H, W) bool or float32 within `radius` px (a square): dilation."""
    kernel = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    grown = cv2.dilate(mask.astype(np.float32), kernel)
    return grown > 0 if mask.dtype == bool else grown


def far_from(edge: NDArray[np.bool_], radius: int) -> NDArray[np.bool_]:
    """(H, W) bool: pixels with no edge within twice the radius; those between are neither edge nor not."""
    return ~dilated(edge, 2 * radius)


def sign_flips(descriptors: Array, radius: int) -> NDArray[np.bool_]:
    """(D, H, W) bool: channels that take both signs within `radius` px of a pixel."""
    positive = torch.from_numpy(np.ascontiguousarray(descriptors) > 0).float()[None]
    has_positive, has_negative = (max_pool2d(part, 2 * radius + 1, 1, radius) > 0 for part in (positive, 1 - positive))
    return (has_positive & has_negative)[0].numpy()


@dataclass(frozen=True)
class FlipCounts:
    """Sign flips of one picture or of a sum of pictures."""

    at_edges: NDArray[np.int64]
    """(D,) edge pixels at which the channel flips."""
    edges: int
    """Edge pixels."""
    elsewhere: NDArray[np.int64]
    """(D,) pixels far from edges at which it flips."""
    others: int
    """Pixels far from edges."""

    def contrast(self) -> NDArray[np.float64]:
        """(D,) share of edge pixels with a flip less the share of other pixels with one: 1 a perfect edge channel."""
        return self.at_edges / max(self.edges, 1) - self.elsewhere / max(self.others, 1)


def count_flips(descriptors: Array, edge: NDArray[np.bool_]) -> FlipCounts:
    """Sign flips of each channel of descriptors (D, H, W) at edge pixels (H, W) and far from them."""
    radius = tolerance_px(edge.shape)
    flips, plain = sign_flips(descriptors, radius), far_from(edge, radius)
    return FlipCounts(flips[:, edge].sum(1), int(edge.sum()), flips[:, plain].sum(1), int(plain.sum()))


def count_any_flip(descriptors: Array, edge: NDArray[np.bool_]) -> FlipCounts:
    """The same for "at least one of these channels flips", as a single channel (1,)."""
    radius = tolerance_px(edge.shape)
    flips, plain = np.any(sign_flips(descriptors, radius), axis=0), far_from(edge, radius)
    return FlipCounts(
        flips[edge].sum(keepdims=True), int(edge.sum()), flips[plain].sum(keepdims=True), int(plain.sum())
    )


def total_flips(counts: Iterable[FlipCounts]) -> FlipCounts:
    """Sum over pictures."""
    rows = list(counts)
    return FlipCounts(
        np.sum([row.at_edges for row in rows], axis=0),
        sum(row.edges for row in rows),
        np.sum([row.elsewhere for row in rows], axis=0),
        sum(row.others for row in rows),
    )


@dataclass(frozen=True)
class EdgeCounts:
    """Hits of one picture's edge map at each of the T thresholds."""

    said: NDArray[np.int64]
    """(T,) pixels called edge."""
    said_right: NDArray[np.int64]
    """(T,) of them, those within the tolerance of an edge."""
    found: NDArray[np.int64]
    """(T,) edge pixels with a called pixel within the tolerance."""
    edges: int
    """Edge pixels."""
    band: int
    """Pixels within the tolerance of an edge."""
    pixels: int
    """All pixels."""


def count_edges(probability: Array, edge: NDArray[np.bool_]) -> EdgeCounts:
    """Hits of a map of edge probabilities (H, W) against the edges (H, W), with tolerance."""
    radius = tolerance_px(edge.shape)
    band, probability = dilated(edge, radius), probability.astype(np.float32)
    return EdgeCounts(
        said=_at_least(probability.ravel()),
        said_right=_at_least(probability[band]),
        found=_at_least(dilated(probability, radius)[edge]),
        edges=int(edge.sum()),
        band=int(band.sum()),
        pixels=edge.size,
    )


def _at_least(values: Array) -> NDArray[np.int64]:
    """(T,) number of values at or above each threshold."""
    return len(values) - np.searchsorted(np.sort(values), THRESHOLDS.astype(np.float32))


@dataclass(frozen=True)
class EdgeScores:
    """F-measures of edge maps over a set of pictures."""

    f_fixed: float
    """F at probability 0.5, counts summed over the set."""
    f_tuned: float
    """F at the one threshold that is best for this very set (ODS): tuned on the test set, an upper bound."""
    f_per_picture: float
    """F when each picture has its own best threshold (OIS): tuned even more."""
    f_everywhere: float
    """F of calling every pixel an edge: the floor."""


def edge_scores(counts: Iterable[EdgeCounts]) -> EdgeScores:
    """F-measures of a whole set; pictures without an edge count with their false alarms."""
    rows = list(counts)
    said, right, found = (np.array([getattr(row, name) for row in rows]) for name in ("said", "said_right", "found"))
    edges, band, pixels = (np.array([getattr(row, name) for row in rows]) for name in ("edges", "band", "pixels"))
    curve = _f_measure(said.sum(0), right.sum(0), found.sum(0), edges.sum())
    # A picture without an edge is best served by the highest threshold.
    best = np.where(edges > 0, _f_measure(said, right, found, edges[:, None]).argmax(1), len(THRESHOLDS) - 1)
    of_best = [np.take_along_axis(table, best[:, None], 1).sum() for table in (said, right, found)]
    per_picture = _f_measure(of_best[0], of_best[1], of_best[2], edges.sum())
    everywhere = _f_measure(pixels.sum(), band.sum(), edges.sum(), edges.sum())
    return EdgeScores(float(curve[FIXED]), float(curve.max()), float(per_picture), float(everywhere))


def _f_measure(said: Array, right: Array, found: Array, edges: Array) -> Array:
    """2 P R / (P + R) with precision right / said and recall found / edges; 0 where nothing is right."""
    precision = right / np.maximum(said, 1)
    recall = found / np.maximum(edges, 1)
    return 2 * precision * recall / np.maximum(precision + recall, 1e-12)
