"""The paper's first claim as numbers: whether the descriptors of one picture fall apart into its instances."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score

from training.seeding import Stream, torch_seed

Array = NDArray[Any]
FIRST_OBJECT = 2
"""Instance 0 is nothing, 1 the room, 2.. the objects."""
MIN_SHARE = 0.001
"""An instance that covers less of the picture than this (and fewer than MIN_PIXELS) is left out of the scores."""
MIN_PIXELS = 16
"""Fewest pixels of an instance that counts."""
FIT_PIXELS = 8_192
"""Pixels that k-means is fitted on; all counting pixels are then assigned and scored."""
CODES = 10
"""Sign codes of each instance whose purity is measured."""


@dataclass(frozen=True)
class ClusteringScores:
    """One picture."""

    ari: float
    """Adjusted Rand index of all counting pixels; 0 is chance, 1 perfect."""
    fg_ari: float
    """The same over pixels of objects (instance >= 2) alone; NaN with fewer than two objects."""
    clusters: int
    """k: the room and the objects that count."""


@dataclass(frozen=True)
class BitPurity:
    """How well the sign codes of the descriptors name the objects of one picture."""

    purity: float
    """Share of the pixels with one of an object's 10 most frequent codes that lie on the object; mean over objects."""
    coverage: float
    """Share of an object's pixels that carry one of those codes; mean over objects. Rare codes buy purity with it."""
    chance: float
    """Share of the picture that an object covers, mean over objects: the purity of codes that say nothing."""


def counting(instance: Array) -> NDArray[np.bool_]:
    """(H, W) bool: pixels of the instances that are large enough to count; nothing (0) never does."""
    ids, index, size = np.unique(instance, return_inverse=True, return_counts=True)
    enough = (ids > 0) & (size >= max(MIN_PIXELS, MIN_SHARE * instance.size))
    return enough[index].reshape(instance.shape)


def instance_clustering(descriptors: Array, instance: Array, seed: int) -> ClusteringScores:
    """k-means of one picture's descriptors (D, H, W) with k = its instances, against `instance` (H, W).

    k counts the room and each object of at least max(16, 0.1 %) pixels; smaller ones and pixels where
    nothing was hit take no part. Four starts from the seed's own stream; the best fit on at most 8,192
    pixels is kept. Scores are NaN in a picture with fewer than two instances (two objects for FG-ARI).
    """
    keep = counting(instance)
    truth = instance[keep]
    k = len(np.unique(truth))
    if k < 2:
        return ClusteringScores(np.nan, np.nan, k)
    found = _clusters(descriptors[:, keep].T, k, seed)
    objects = truth >= FIRST_OBJECT
    several = len(np.unique(truth[objects])) >= 2
    fg_ari = adjusted_rand_score(truth[objects], found[objects]) if several else np.nan
    return ClusteringScores(float(adjusted_rand_score(truth, found)), float(fg_ari), k)


def _clusters(points: Array, k: int, seed: int) -> Array:
    """Cluster (n,) of each of the points (n, D)."""
    points = np.ascontiguousarray(points, np.float32)
    stride = math.ceil(len(points) / FIT_PIXELS)
    start = torch_seed(seed, Stream.EVALUATION, k) % 2**32
    means = KMeans(k, n_init=4, random_state=start)  # pyright: ignore[reportArgumentType] (stub knows only "auto")
    return np.asarray(means.fit(points[::stride]).predict(points))


def bit_purity(descriptors: Array, instance: Array) -> BitPurity:
    """The official code's proxy: precision of the 10 most frequent sign codes of each object.

    `descriptors` (D, H, W); the code of a pixel is the sign of each channel, so a descriptor that is not
    centred at 0 has few codes. Objects count as in `instance_clustering`; NaN in a picture without any.
    """
    keep = counting(instance)
    truth = instance[keep]
    codes = sign_codes(descriptors[:, keep])
    objects = np.unique(truth[truth >= FIRST_OBJECT])
    if not len(objects):
        return BitPurity(np.nan, np.nan, np.nan)
    scores = [_purity(codes, truth == number) for number in objects]
    return BitPurity(*(float(value) for value in np.mean(scores, axis=0)))


def sign_codes(descriptors: Array) -> NDArray[np.int64]:
    """Number (n,) of the sign pattern of each of n descriptors (D, n), from 0; the same number is the same pattern."""
    packed = np.ascontiguousarray(np.packbits(descriptors > 0, axis=0).T)
    return np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)[1].astype(np.int64)


def _purity(codes: NDArray[np.int64], inside: NDArray[np.bool_]) -> tuple[float, float, float]:
    """Purity, coverage and chance of one object: codes (n,) of all pixels, `inside` (n,) those on the object."""
    all_pixels = np.bincount(codes)
    own = np.bincount(codes[inside], minlength=len(all_pixels))
    frequent = np.argsort(-own, kind="stable")[:CODES]
    hits = own[frequent].sum()
    return hits / all_pixels[frequent[own[frequent] > 0]].sum(), hits / inside.sum(), inside.mean()
